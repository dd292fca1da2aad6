// Anatomy: positions in the image frame (mm). Colour is light worked out at loading: (sky, lamp, mottling, 1).
// Light that does not depend on the eye is summed up here, once for each vertex: a warm lamp with soft shadow, sky light
// from the skin's side, and the red glow of light that went through bone into its crevices.
// Colours are squared before and rooted after lighting: a cheap stand-in for the sRGB curve.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
uniform mat4 p3d_ModelViewMatrix;
uniform mat3 p3d_NormalMatrix;
uniform vec3 base_color;
uniform float wrap;       // how far the lamp's light creeps round the edge
uniform vec3 deep_color;  // light that went through the tissue
uniform vec3 lamp_axis;   // image frame, towards the lamp
uniform vec3 sky_axis;    // image frame, towards the middle of the sky
uniform vec2 fog_range;   // mm from the eye: none, full
in vec4 p3d_Vertex;
in vec3 p3d_Normal;
in vec4 p3d_Color;
out vec3 normal;          // view space
out vec3 place;           // view space, mm
out vec4 diffuse;         // light sent back to every side; w: how open the place is
out float fog;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    place = (p3d_ModelViewMatrix * p3d_Vertex).xyz;
    normal = p3d_NormalMatrix * p3d_Normal;
    float open = p3d_Color.r;
    float lamp = p3d_Color.g * clamp((dot(p3d_Normal, lamp_axis) + wrap) / (1.0 + wrap), 0.0, 1.0);
    float up = 0.5 + 0.5 * dot(p3d_Normal, sky_axis);
    vec3 base = base_color * base_color * (0.66 + 0.46 * p3d_Color.b);
    vec3 sky = mix(vec3(0.085, 0.088, 0.115), vec3(0.16, 0.21, 0.30), up) * open * open;
    vec3 crevice = deep_color * (1.0 - open);
    diffuse = vec4(base * (sky + lamp * (0.35 + 0.65 * open) * vec3(1.06, 0.95, 0.80) + crevice), open);
    fog = clamp((-place.z - fog_range.x) / (fog_range.y - fog_range.x), 0.0, 0.85);
}
