// Anatomy: positions in the image frame (mm). Colour is light worked out at loading: (sky, lamp, mottling, 1).
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
out vec3 normal;      // view space
out vec3 place;       // view space, mm
out vec3 image_normal;
out vec3 image_place;
out vec3 daylight;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
    normal = p3d_NormalMatrix * p3d_Normal;
    image_normal = p3d_Normal;
    image_place = p3d_Vertex.xyz;
    daylight = p3d_Color.rgb;
}
