// Skin as glass: clear where it faces the eye, denser towards its edge, gone where the scan was cropped.
#version 150
uniform vec3 base_color;
uniform float opacity;
uniform float dim;
in vec3 normal;
in vec3 place;
in vec2 look;
out vec4 color;

void main() {
    float edge = 1.0 - clamp(dot(normal, -place) * inversesqrt(dot(normal, normal) * dot(place, place)), 0.0, 1.0);
    color = vec4(base_color * look.x * dim, look.y * min(0.85, opacity * (0.20 + 2.8 * edge * edge * edge)));
}
