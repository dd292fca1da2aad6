// A kept picture, pixel for pixel, with its depth.
#version 150
uniform sampler2D plate;
uniform sampler2D plate_depth;
uniform vec2 corner;      // where it lies, pixels from the lower left
out vec4 color;

void main() {
    ivec2 spot = ivec2(gl_FragCoord.xy - corner);
    color = texelFetch(plate, spot, 0);
    gl_FragDepth = texelFetch(plate_depth, spot, 0).r;
}
