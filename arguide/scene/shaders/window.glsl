uniform vec4 path_px;     // entry and target in the view, pixels from the lower left
uniform vec4 needle_px;   // where the needle goes in, and its tip
uniform vec2 radius_px;   // of the window about the path, about the needle; 0: none
uniform vec2 pane_px;

float from_segment(vec2 spot, vec4 ends) {
    vec2 way = ends.zw - ends.xy;
    vec2 here = spot - ends.xy;
    return length(here - way * clamp(dot(here, way) / max(dot(way, way), 1e-6), 0.0, 1.0));
}

// How far from the window's edge, in its own radius: below 1 within it.
float off_window(vec4 clip) {
    vec2 spot = (0.5 + 0.5 * clip.xy / clip.w) * pane_px;
    float path = radius_px.x > 0.0 ? from_segment(spot, path_px) / radius_px.x : 9.0;
    float needle = radius_px.y > 0.0 ? from_segment(spot, needle_px) / radius_px.y : 9.0;
    // A soft minimum: where the two windows meet there is no notch.
    float h = clamp(0.5 + 0.5 * (needle - path) / 0.35, 0.0, 1.0);
    return mix(needle, path, h) - 0.35 * h * (1.0 - h);
}
