"""Dear ImGui's draw data as one Panda3D node: a copy of its buffers, and a scissor and a texture for each command.

Dear ImGui's own OpenGL renderer would change state behind Panda3D's back, and it cannot draw off screen with it.
"""

import ctypes
import itertools
from functools import cache
from typing import Protocol

import numpy as np
from imgui_bundle import imgui
from numpy.typing import NDArray
from panda3d.core import (
    Geom,
    GeomNode,
    GeomTriangles,
    GeomVertexArrayFormat,
    GeomVertexData,
    GeomVertexFormat,
    NodePath,
    OmniBoundingVolume,
    RenderState,
    SamplerState,
    ScissorAttrib,
    Texture,
    TextureAttrib,
    TransparencyAttrib,
)

from arguide.scene.shading import shader

Picture = NDArray[np.uint8]
Box = tuple[float, float, float, float]


class _Buffer(Protocol):
    """What Dear ImGui's vectors offer: how many elements, and where in memory."""

    def size(self) -> int: ...

    def data_address(self) -> int: ...


@cache
def _format() -> GeomVertexFormat:
    """The twenty bytes of an ImDrawVert: two floats of place, two of texture, four bytes of colour."""
    columns = GeomVertexArrayFormat()
    columns.add_column("place", 2, Geom.NT_float32, Geom.C_other)
    columns.add_column("texel", 2, Geom.NT_float32, Geom.C_other)
    columns.add_column("ink", 4, Geom.NT_uint8, Geom.C_color)
    assert columns.get_stride() == imgui.VERTEX_SIZE
    return GeomVertexFormat.register_format(GeomVertexFormat(columns))


class Drawn:
    """The node `root`, in pixels from the top left; `take` gives it a frame's draw data."""

    def __init__(self) -> None:
        self._node = GeomNode("gui")
        self._node.set_bounds(OmniBoundingVolume())
        self._node.set_final(True)
        self.root = NodePath("gui root")
        self.root.attach_new_node(self._node)
        self.root.set_depth_test(False)
        self.root.set_depth_write(False)
        self.root.set_two_sided(True)
        self.root.set_bin("unsorted", 0)
        self.root.set_transparency(TransparencyAttrib.M_alpha)
        self.root.set_shader(shader("gui", "gui"))
        self._textures: dict[int, Texture] = {}
        self._keys = itertools.count(1)

    @property
    def triangles(self) -> int:
        """How many were drawn last."""
        return sum(geom.get_primitive(0).get_num_primitives() for geom in self._node.get_geoms())

    def picture(self, rgb: Picture) -> imgui.ImTextureRef:
        """What `imgui.image` needs to show a (h, w, 3) RGB picture."""
        height, width = rgb.shape[:2]
        rgba = np.concatenate([rgb, np.full((height, width, 1), 255, np.uint8)], axis=2)
        return imgui.ImTextureRef(self._keep(_texture(rgba)))

    def take(self, data: imgui.ImDrawData, size: tuple[int, int]) -> None:
        """Show this draw data, made for a window of `size` pixels."""
        for texture in imgui.get_platform_io().textures:
            self._refresh(texture)
        self._node.remove_all_geoms()
        for drawn in data.cmd_lists:
            vertices = _vertices(drawn)
            indices = _copied(drawn.idx_buffer, imgui.INDEX_SIZE)
            for command in drawn.cmd_buffer:
                if command.elem_count:
                    clip = command.clip_rect
                    state = self._state((clip.x, clip.y, clip.z, clip.w), command.get_tex_id(), size)
                    begin = command.idx_offset * imgui.INDEX_SIZE
                    part = indices[begin : begin + command.elem_count * imgui.INDEX_SIZE]
                    self._node.add_geom(_geom(vertices, part, command.elem_count), state)

    def _state(self, clip: Box, texture: int, size: tuple[int, int]) -> RenderState:
        width, height = size
        left, top, right, bottom = clip
        scissor = ScissorAttrib.make(
            max(0.0, left / width),
            min(1.0, right / width),
            max(0.0, 1 - bottom / height),
            min(1.0, 1 - top / height),
        )
        return RenderState.make(scissor, TextureAttrib.make(self._textures[texture]))

    def clear(self) -> None:
        """Show nothing."""
        self._node.remove_all_geoms()

    def _keep(self, texture: Texture) -> int:
        key = next(self._keys)
        self._textures[key] = texture
        return key

    def _refresh(self, texture: imgui.ImTextureData) -> None:
        """Follow the page of letters: it is made, grows and goes as letters are used."""
        if texture.status == imgui.ImTextureStatus.want_create:
            texture.set_tex_id(self._keep(_texture(_pixels(texture))))
            texture.set_status(imgui.ImTextureStatus.ok)
        elif texture.status == imgui.ImTextureStatus.want_updates:
            _fill(self._textures[texture.tex_id], _pixels(texture))
            texture.set_status(imgui.ImTextureStatus.ok)
        elif texture.status == imgui.ImTextureStatus.want_destroy:
            self._textures.pop(texture.tex_id, None)
            texture.set_tex_id(0)
            texture.set_status(imgui.ImTextureStatus.destroyed)


def _copied(buffer: _Buffer, size: int) -> bytes:
    count = buffer.size() * size
    return ctypes.string_at(buffer.data_address(), count) if count else b""


def _vertices(drawn: imgui.ImDrawList) -> GeomVertexData:
    data = GeomVertexData("gui", _format(), Geom.UH_stream)
    data.unclean_set_num_rows(drawn.vtx_buffer.size())
    memoryview(data.modify_array(0)).cast("B")[:] = _copied(drawn.vtx_buffer, imgui.VERTEX_SIZE)
    return data


def _geom(vertices: GeomVertexData, indices: bytes, count: int) -> Geom:
    triangles = GeomTriangles(Geom.UH_stream)
    triangles.set_index_type(Geom.NT_uint32)
    triangles.add_vertices(0, 0, 0)
    column = triangles.modify_vertices()
    column.unclean_set_num_rows(count)
    memoryview(column).cast("B")[:] = indices
    geom = Geom(vertices)
    geom.add_primitive(triangles)
    geom.set_bounds(OmniBoundingVolume())
    return geom


def _pixels(texture: imgui.ImTextureData) -> Picture:
    return np.asarray(texture.get_pixels_array()).reshape(texture.height, texture.width, 4)


def _texture(rgba: Picture) -> Texture:
    made = Texture("gui")
    made.setup_2d_texture(rgba.shape[1], rgba.shape[0], Texture.T_unsigned_byte, Texture.F_rgba)
    for set_filter in (made.set_minfilter, made.set_magfilter):
        set_filter(SamplerState.FT_linear)
    for set_wrap in (made.set_wrap_u, made.set_wrap_v):
        set_wrap(SamplerState.WM_clamp)
    _fill(made, rgba)
    return made


def _fill(texture: Texture, rgba: Picture) -> None:
    """Panda3D keeps pixels as blue, green, red, opacity; the rows stay in order, for the first row is at v = 0 in both."""
    texture.set_ram_image(np.ascontiguousarray(rgba[:, :, [2, 1, 0, 3]]).tobytes())
