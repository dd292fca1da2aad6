// The edge of the window: the live picture fades out over what is inside, darkened where it overhangs.
#version 150
//include window.glsl
uniform sampler2D photo;
uniform vec4 crop;
in vec4 clip;
in vec3 normal;
in vec3 place;
out vec4 color;

void main() {
    float off = off_window(clip);
    if (off >= 1.0 || off < 0.5) discard;
    vec3 skin = texture(photo, crop.xy + (0.5 + 0.5 * clip.xy / clip.w) * crop.zw).rgb;
    float open = smoothstep(1.0, 0.70, off);
    float lip = exp(-pow((off - 0.93) / 0.035, 2.0));
    color = vec4(skin * (1.0 - 0.70 * open) * (1.0 + 0.16 * lip), 1.0 - smoothstep(0.94, 0.58, off));
}
