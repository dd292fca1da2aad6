// A line of light: one colour, a soft round shade, dashed if asked. Its edge fades over a pixel.
#version 150
uniform vec4 line_color;
uniform vec2 dash;        // mm: period, lit part; period 0: whole
uniform float reach;      // mm: drawn up to here
in vec3 normal;
in vec3 place;
in float along;
in float part;
out vec4 color;

void main() {
    if (along > reach) discard;
    if (dash.x > 0.0 && mod(along, dash.x) > dash.y) discard;
    float facing = max(dot(normalize(normal), normalize(-place)), 0.0);
    color = vec4(line_color.rgb * (0.62 + 0.38 * facing), line_color.a * clamp(1.2 * facing / fwidth(facing), 0.0, 1.0));
}
