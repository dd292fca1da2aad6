// Lines on a slice: their long edges fade.
#version 150
in vec2 across;
in vec4 tint;
out vec4 color;

void main() {
    color = vec4(tint.rgb, tint.a * clamp(across.y - abs(across.x), 0.0, 1.0));
}
