// Panels, symbols and the backdrop: the vertices' colours, tinted.
#version 150
uniform vec4 p3d_ColorScale;
in vec4 tint;
out vec4 color;

void main() {
    color = tint * p3d_ColorScale;
}
