// Glass: all that varies slowly is worked out at the vertices; it is smooth, and shaded in several layers.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
uniform vec3 sky_axis;    // image frame
uniform vec2 crop;        // mm: the S coordinates at which the mesh ends
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
out vec3 look;            // brightness, part kept, how far it faces the eye

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    vec3 place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
    float facing = dot(normalize(p3d_NormalMatrix * p3d_Normal), -normalize(place));
    float inside = min(p3d_Vertex.z - crop.x, crop.y - p3d_Vertex.z);
    look = vec3(0.78 + 0.32 * dot(p3d_Normal, sky_axis), smoothstep(4.0, 45.0, inside), facing);
}
