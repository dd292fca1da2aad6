// Opaque tissue: a warm lamp with soft shadow, sky light from the skin's side, a little gloss, a cool rim.
// Colours are squared before and rooted after lighting: a cheap stand-in for the sRGB curve.
#version 150
uniform vec3 base_color;
uniform float gloss;
uniform float dim;        // 1 as it is .. 0 black
uniform vec4 glow;        // colour and strength of the risk alert
uniform vec3 lamp_axis;   // image frame, towards the lamp
uniform vec3 sky_axis;
uniform vec3 fog_color;
uniform vec2 fog_range;   // mm from the eye: none, full
in vec3 normal;
in vec3 place;
in vec3 image_normal;
in vec3 image_place;
in vec3 daylight;
out vec4 color;

void main() {
    vec3 n = normalize(normal);
    vec3 n_image = normalize(image_normal);
    vec3 v = normalize(-place);
    float facing = max(dot(n, v), 0.0);
    float ambient = daylight.r * daylight.r;
    float lamp = daylight.g * clamp((dot(n_image, lamp_axis) + 0.18) / 1.18, 0.0, 1.0);
    float up = 0.5 + 0.5 * dot(n_image, sky_axis);
    vec3 base = base_color * base_color * (0.82 + 0.3 * daylight.b);
    vec3 sky = mix(vec3(0.16, 0.13, 0.13), vec3(0.42, 0.48, 0.58), up) * ambient;
    vec3 bounced = base * vec3(0.30, 0.16, 0.10) * (1.0 - daylight.r);   // light that went through: warm crevices
    vec3 light = sky + lamp * vec3(1.28, 1.16, 0.98) + 0.16 * facing * daylight.r;
    vec3 h = normalize(v + vec3(-0.25, 0.55, 0.80));
    float s = max(dot(n, h), 0.0);
    s *= s; s *= s; s *= s;
    float shine = s * s * s * gloss * daylight.r;
    float edge = 1.0 - facing;
    float rim = edge * edge * edge * daylight.r;
    vec3 lit = base * light + bounced + shine + rim * vec3(0.10, 0.16, 0.22);
    lit = mix(lit, glow.rgb * glow.rgb * (0.35 + 1.3 * edge), glow.a);
    float fog = clamp((-place.z - fog_range.x) / (fog_range.y - fog_range.x), 0.0, 0.85);
    vec3 seen = mix(sqrt(lit) * dim, fog_color, fog);
    color = vec4(seen, 1.0);
}
