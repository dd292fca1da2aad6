// Opaque tissue: the light of the vertices, and what depends on the eye: a headlight, a little gloss, a cool rim.
#version 150
uniform vec3 base_color;
uniform float gloss;
uniform float dim;        // 1 as it is .. 0 black
uniform vec4 glow;        // colour and strength of the risk alert
uniform vec3 fog_color;
const vec3 HALFWAY = vec3(-0.139, 0.305, 0.942);   // between the eye and the gloss's lamp
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
    vec3 lit = diffuse.rgb + diffuse.w * (base_color * (0.12 * facing) + s * s * s * gloss + rim * vec3(0.10, 0.16, 0.22));
    lit = mix(lit, glow.rgb * (0.35 + 1.3 * edge), glow.a);
    color = vec4(mix(sqrt(lit) * dim, fog_color, fog), 1.0);
}
