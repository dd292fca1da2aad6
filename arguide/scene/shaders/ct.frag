// Hounsfield units from black to white within a window; nothing outside the volume.
#version 150
uniform sampler3D ct;
uniform vec2 window_hu;   // level, width
uniform vec2 range_hu;    // what the texture's 0 and 1 stand for
in vec3 spot;
out vec4 color;

void main() {
    if (any(lessThan(spot, vec3(0.0))) || any(greaterThan(spot, vec3(1.0)))) discard;
    float hu = mix(range_hu.x, range_hu.y, texture(ct, spot).r);
    color = vec4(vec3(clamp((hu - window_hu.x) / window_hu.y + 0.5, 0.0, 1.0)), 1.0);
}
