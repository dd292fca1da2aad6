// The tolerance corridor: a glass tube, seen by its edges.
#version 150
uniform vec4 line_color;
in vec3 normal;
in vec3 place;
in float along;
in float part;
out vec4 color;

void main() {
    float edge = 1.0 - abs(dot(normalize(normal), normalize(-place)));
    color = vec4(line_color.rgb, line_color.a * (0.12 + 0.88 * edge * edge));
}
