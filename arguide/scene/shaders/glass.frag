// Tissue as glass: clear where it faces the eye, denser towards its edge, gone where the scan was cropped.
#version 150
uniform vec3 base_color;
uniform float opacity;
uniform vec2 side;        // 1 near or -1 far side, part of the opacity it has
uniform float dim;
uniform vec4 glow;        // colour and strength of the risk alert
in vec3 look;             // brightness, part kept, how far it faces the eye
out vec4 color;

void main() {
    float edge = 1.0 - clamp(side.x * look.z, 0.0, 1.0);
    float glassy = opacity * (0.20 + 2.8 * edge * edge * edge);
    float alpha = min(mix(glassy, 1.0, smoothstep(0.4, 1.0, opacity)), 0.3 + 2.2 * opacity);
    color = vec4(mix(base_color * look.x, glow.rgb, glow.a) * dim, look.y * min(0.85 + 0.15 * opacity, alpha) * side.y);
}
