// Tubes that never get thinner than a number of pixels: p3d_Vertex lies on the line, the normal points outwards.
// Colour: (radius in mm, length along in mm, part, 1).
#version 150
uniform mat4 p3d_ProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
uniform vec2 thickness;   // factor on the radius, least radius in design pixels
uniform float view_height; // of the view in design pixels
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
out vec3 normal;
out vec3 place;
out float along;
out float part;

void main() {
    vec4 center = p3d_ModelViewMatrix * p3d_Vertex;
    vec4 clip = p3d_ProjectionMatrix * center;
    float pixel = 2.0 * clip.w / (p3d_ProjectionMatrix[1][1] * view_height);
    float radius = max(p3d_Color.r * thickness.x, thickness.y * pixel * step(0.0001, p3d_Color.r)) + 0.4 * pixel;
    normal = normalize(p3d_NormalMatrix * p3d_Normal);
    center.xyz += normal * radius;
    place = center.xyz;
    along = p3d_Color.g;
    part = p3d_Color.b;
    gl_Position = p3d_ProjectionMatrix * center;
}
