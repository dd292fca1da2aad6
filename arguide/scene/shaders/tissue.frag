// Opaque tissue: the light of the vertices, and what depends on the eye: a headlight, gloss, a rim, a dark outline.
#version 150
uniform vec3 base_color;
uniform float gloss;
uniform vec3 rim_color;
uniform float outline;    // how dark the outline is, 0..1
uniform float dim;        // 1 as it is .. 0 black
uniform vec4 glow;        // colour and strength of the risk alert
uniform vec3 fog_color;
const vec3 HALFWAY = vec3(-0.139, 0.305, 0.942);   // between the eye and the gloss's lamp
const float OUTLINE_PX = 1.3;
in vec3 normal;
in vec3 place;
in vec4 diffuse;
in float fog;
out vec4 color;

void main() {
    float shorter = inversesqrt(dot(normal, normal));
    float facing = max(dot(normal, -place) * shorter * inversesqrt(dot(place, place)), 0.0);
    float s = max(dot(normal, HALFWAY) * shorter, 0.0);
    s *= s; s *= s; s *= s;
    float edge = 1.0 - facing;
    float rim = edge * edge * edge;
    vec3 lit = diffuse.rgb + diffuse.w * (base_color * (0.08 * facing * facing) + (s * s * s * gloss + 0.05 * s) + rim * rim_color);
    lit *= 1.22 / (1.0 + 0.30 * lit);
    float line = 1.0 - outline * (1.0 - clamp(facing / (OUTLINE_PX * fwidth(facing) + 0.02) - 0.3, 0.0, 1.0));
    lit = mix(lit * line, glow.rgb * (0.35 + 1.3 * edge), glow.a);
    color = vec4(mix(sqrt(lit) * dim, fog_color, fog), 1.0);
}
