// A kept picture, pixel for pixel.
#version 150
uniform sampler2D plate;
uniform vec2 corner;      // where it lies, pixels from the lower left
out vec4 color;

void main() {
    color = texelFetch(plate, ivec2(gl_FragCoord.xy - corner), 0);
}
