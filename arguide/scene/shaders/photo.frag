// The live picture as it is.
#version 150
uniform sampler2D photo;
uniform vec4 crop;        // lower left corner and size of the shown part, in the picture 0..1
uniform float bright;
in vec4 clip;
in vec3 normal;
in vec3 place;
out vec4 color;

void main() {
    vec2 spot = crop.xy + (0.5 + 0.5 * clip.xy / clip.w) * crop.zw;
    color = vec4(texture(photo, spot).rgb * bright, 1.0);
}
