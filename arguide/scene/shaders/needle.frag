// The needle: polished steel with a mark every 10 mm (broad every 50), or, when its place is not known, a hatched ghost.
#version 150
uniform vec3 steel_color;
uniform vec3 hub_color;
uniform float marks;      // 1: with depth marks
uniform vec4 ghost;       // colour and, in w, whether it is one
in vec3 normal;
in vec3 place;
in float along;           // mm from the tip
in float part;            // 0 shaft, 1 hub
out vec4 color;

void main() {
    vec3 n = normalize(normal);
    vec3 v = normalize(-place);
    float facing = max(dot(n, v), 0.0);
    if (ghost.w > 0.5) {
        float stripe = mod(gl_FragCoord.x + gl_FragCoord.y, 8.0);
        if (stripe > 3.0 && facing > 0.45) discard;
        color = vec4(ghost.rgb, facing > 0.45 ? 0.35 : 0.75);
        return;
    }
    float lit = max(dot(n, normalize(vec3(-0.40, 0.30, 0.86))), 0.0);
    vec3 steel = steel_color * (0.30 + 0.62 * lit) + 0.45 * pow(lit, 14.0);
    float near = abs(along - 10.0 * floor(along / 10.0 + 0.5));
    bool fifty = mod(floor(along / 10.0 + 0.5), 5.0) < 0.5;
    float mark = marks * along > 5.0 ? 1.0 - smoothstep(fifty ? 1.4 : 0.6, fifty ? 1.7 : 0.85, near) : 0.0;
    steel *= 1.0 - 0.80 * mark;
    float gloss = pow(max(dot(n, normalize(v + vec3(-0.25, 0.55, 0.8))), 0.0), 40.0);
    vec3 hub = hub_color * (0.35 + 0.65 * facing) + 0.12 * (1.0 - facing) + 0.5 * gloss;
    color = vec4(part > 0.5 ? hub : steel, clamp(1.2 * facing / fwidth(facing), 0.0, 1.0));
}
