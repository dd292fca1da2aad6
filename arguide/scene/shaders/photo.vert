// The live picture, or something in space that shows it: where the fragment lies in the view, 0..1 from the lower left.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
out vec4 clip;
out vec3 normal;
out vec3 place;

void main() {
    clip = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
    normal = p3d_NormalMatrix * p3d_Normal;
    gl_Position = clip;
}
