// Letters: the font's page holds their coverage.
#version 150
uniform sampler2D p3d_Texture0;
uniform vec4 p3d_ColorScale;
in vec4 tint;
centroid in vec2 spot;   // never beyond the letter: its neighbour in the page would shine in
out vec4 color;

void main() {
    color = tint * p3d_ColorScale;
    color.a *= texture(p3d_Texture0, spot).a;
}
