// Panels, symbols and the backdrop, in pixels. No texture coordinates here: Panda3D would look for the texture of a state
// that may be gone.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec4 p3d_Vertex;
in vec4 p3d_Color;
out vec4 tint;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    tint = p3d_Color;
}
