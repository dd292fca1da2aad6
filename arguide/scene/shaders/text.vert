// Letters, in pixels.
#version 150
uniform mat4 p3d_ModelViewProjectionMatrix;
in vec4 p3d_Vertex;
in vec4 p3d_Color;
in vec2 p3d_MultiTexCoord0;
out vec4 tint;
centroid out vec2 spot;

void main() {
    gl_Position = p3d_ModelViewProjectionMatrix * p3d_Vertex;
    tint = p3d_Color;
    spot = p3d_MultiTexCoord0;
}
