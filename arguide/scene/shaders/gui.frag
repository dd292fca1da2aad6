// Letters, lines and pictures: the texture, tinted.
#version 150
uniform sampler2D p3d_Texture0;
in vec2 spot;
in vec4 tint;
out vec4 color;

void main() {
    color = tint * texture(p3d_Texture0, spot);
}
