// Dear ImGui's triangles, in pixels from the top left.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec2 place;
in vec2 texel;
in vec4 ink;
out vec2 spot;
out vec4 tint;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * vec4(place.x, 0.0, -place.y, 1.0);
    spot = texel;
    tint = ink;
}
