// The window, punched into the skin's depth, and what lies behind everything in it: dark, warm, a hint of the skin.
#version 150
//include window.glsl
uniform sampler2D photo;
uniform vec4 crop;
uniform vec3 depth_color;
in vec4 clip;
in vec3 normal;
in vec3 place;
out vec4 color;

void main() {
    if (off_window(clip) >= 1.0) discard;
    vec3 skin = texture(photo, crop.xy + (0.5 + 0.5 * clip.xy / clip.w) * crop.zw).rgb;
    gl_FragDepth = 1.0;
    color = vec4(mix(depth_color, skin, 0.10), 1.0);
}
