// A slice of the CT: a large square in the plane, with its place in the texture.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 texture_from_slice;
in vec4 p3d_Vertex;
out vec3 spot;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    spot = (texture_from_slice * p3d_Vertex).xyz;
}
