// Lines on a slice: a strip around each segment.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec4 p3d_Vertex;
in vec3 p3d_Normal;       // how far aside, and where the line ends, both in widths of its soft edge
in vec4 p3d_Color;
out vec2 across;
out vec4 tint;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    across = p3d_Normal.xy;
    tint = p3d_Color;
}
