from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.errors import MeshError
from arguide.geometry import ply, transforms
from arguide.geometry.mesh import Mesh, cleaned, decimated, joined, moved, read_mesh, write_mesh


def flipped(mesh: Mesh, which: slice = slice(None)) -> Mesh:
    faces = mesh.faces.copy()
    faces[which] = faces[which, ::-1]
    return Mesh(mesh.vertices, faces)


def as_stl(mesh: Mesh, path: Path) -> Path:
    trimesh.Trimesh(mesh.vertices, mesh.faces, process=False).export(path)
    return path


def test_volume_of_box_and_ball(box: Mesh, ball: Mesh) -> None:
    assert box.volume_mm3 == pytest.approx(6000)
    assert ball.volume_mm3 == pytest.approx(4 / 3 * np.pi * 20**3, rel=0.005)
    assert flipped(box).volume_mm3 == pytest.approx(-6000)


@given(angle=st.floats(-3, 3), shift=st.tuples(*[st.floats(-500, 500)] * 3))
@settings(max_examples=20, deadline=None)
def test_volume_does_not_change_when_moved(angle: float, shift: tuple[float, float, float]) -> None:
    tetrahedron = Mesh(np.eye(4)[:, :3] * 10, np.array([[0, 1, 2], [0, 3, 1], [1, 3, 2], [2, 3, 0]], np.int32))
    pose = transforms.from_parts(transforms.rotation_about([1, 2, 3], angle)[:3, :3], shift)
    assert tetrahedron.is_closed
    assert moved(tetrahedron, pose).volume_mm3 == pytest.approx(1000 / 6, rel=1e-6)


def test_closed_needs_every_edge_walked_both_ways(box: Mesh) -> None:
    assert box.is_closed
    assert not Mesh(box.vertices, box.faces[1:]).is_closed
    assert not flipped(box, slice(0, 1)).is_closed
    assert not Mesh(box.vertices, box.faces[:0]).is_closed


def test_normals_of_a_ball_point_outward(ball: Mesh) -> None:
    radial = ball.vertices / np.linalg.norm(ball.vertices, axis=1, keepdims=True)
    assert np.einsum("ij,ij->i", ball.vertex_normals, radial).min() > 0.9999


def test_normals_at_box_corners_do_not_depend_on_how_faces_are_cut(box: Mesh) -> None:
    expected = np.sign(box.vertices) / np.sqrt(3)
    np.testing.assert_allclose(box.vertex_normals, expected, atol=1e-12)


def test_written_mesh_is_read_back(ball: Mesh, tmp_path: Path) -> None:
    write_mesh(ball, tmp_path / "ball.ply")
    back = read_mesh(tmp_path / "ball.ply")
    assert len(back.faces) == len(ball.faces) and back.is_closed
    assert back.volume_mm3 == pytest.approx(ball.volume_mm3, rel=1e-6)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ball.ply"]


def test_trimesh_reads_what_we_write(ball: Mesh, tmp_path: Path) -> None:
    write_mesh(ball, tmp_path / "ball.ply")
    witness = trimesh.load(tmp_path / "ball.ply", process=False)
    assert witness.is_watertight and witness.volume == pytest.approx(ball.volume_mm3, rel=1e-6)


@pytest.mark.parametrize("suffix", [".ply", ".stl", ".obj", ".off"])
def test_reads_what_trimesh_writes(box: Mesh, tmp_path: Path, suffix: str) -> None:
    back = read_mesh(as_stl(box, tmp_path / f"box{suffix}"))
    assert back.is_closed and len(back.vertices) == 8
    assert back.volume_mm3 == pytest.approx(6000)


@pytest.mark.parametrize("which", [slice(None), slice(0, 1), slice(0, None, 2)])
def test_inward_and_mixed_winding_is_turned_outward(box: Mesh, tmp_path: Path, which: slice) -> None:
    back = read_mesh(as_stl(flipped(box, which), tmp_path / "box.stl"))
    assert back.is_closed and back.volume_mm3 == pytest.approx(6000)


def test_a_cavity_stays_a_cavity(ball: Mesh, tmp_path: Path) -> None:
    shell = joined([ball, flipped(Mesh(ball.vertices / 2, ball.faces))])
    back = read_mesh(as_stl(shell, tmp_path / "shell.stl"))
    assert back.volume_mm3 == pytest.approx(ball.volume_mm3 * 7 / 8, rel=1e-5)


def test_an_open_surface_is_read_but_not_closed(box: Mesh, tmp_path: Path) -> None:
    back = read_mesh(as_stl(Mesh(box.vertices, box.faces[2:]), tmp_path / "open.stl"))
    assert len(back.faces) == 10 and not back.is_closed


def test_a_moebius_strip_has_no_outside(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    across = np.stack([np.cos(turn / 2) * np.cos(turn), np.cos(turn / 2) * np.sin(turn), np.sin(turn / 2)], axis=1)
    middle = np.stack([3 * np.cos(turn), 3 * np.sin(turn), 0 * turn], axis=1)
    vertices = np.concatenate([middle + across, middle - across])
    left, right = np.arange(12), np.arange(12, 24)
    next_left, next_right = np.append(left[1:], right[0]), np.append(right[1:], left[0])
    faces = np.concatenate([np.stack([left, next_left, right], 1), np.stack([next_left, next_right, right], 1)])
    path = as_stl(Mesh(vertices, faces.astype(np.int32)), tmp_path / "strip.ply")
    with pytest.raises(MeshError, match="only one side"):
        read_mesh(path)


def test_decimated_keeps_shape(ball: Mesh) -> None:
    small = decimated(ball, 600)
    assert 400 <= len(small.faces) <= 700 and small.is_closed
    assert small.volume_mm3 == pytest.approx(ball.volume_mm3, rel=0.03)
    assert decimated(ball, 10**6) is ball


def test_threads_that_decimate_side_by_side_do_not_mix_their_meshes() -> None:
    balls = [trimesh.creation.icosphere(5, radius) for radius in (1.0, 2.0, 3.0, 4.0)]
    meshes = [Mesh(np.asarray(b.vertices), np.asarray(b.faces, np.int32)) for b in balls] * 4
    alone = [decimated(mesh, 1000).volume_mm3 for mesh in meshes]
    with ThreadPoolExecutor(4) as pool:
        together = [small.volume_mm3 for small in pool.map(lambda mesh: decimated(mesh, 1000), meshes)]
    assert together == alone


def test_cleaned_merges_drops_and_keeps() -> None:
    vertices = [[0, 0, 0], [1, 0, 0], [0, 1, 0], [-0.0, 0, 0], [9, 9, 9]]
    mesh = cleaned(vertices, [[0, 1, 2], [0, 3, 1], [3, 1, 2]])
    assert len(mesh.vertices) == 3 and len(mesh.faces) == 2


@pytest.mark.parametrize("suffix", [".ply", ".stl", ".obj", ".off"])
@pytest.mark.parametrize(
    "content", [b"", b"ply\nformat ascii 1.0\nelement vertex 2\n", b"solid x\nendsolid", b"\0" * 99]
)
def test_corrupt_files_are_named_with_a_next_step(tmp_path: Path, suffix: str, content: bytes) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(content)
    with pytest.raises(MeshError, match=f"bad\\{suffix}: .*;"):
        read_mesh(path)


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_no_bytes_break_the_quick_reader(junk: bytes) -> None:
    whole = ply.encode(np.zeros((3, 3)), np.array([[0, 1, 2]], np.int32))
    assert ply.decode(whole) is not None
    assert ply.decode(junk) is None
    assert ply.decode(whole + junk) is None or not junk


def test_a_file_cut_short_is_an_error(ball: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cut.ply"
    path.write_bytes(ply.encode(ball.vertices, ball.faces)[:-100])
    with pytest.raises(MeshError, match="cut.ply"):
        read_mesh(path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_vertices_must_be_finite(box: Mesh, tmp_path: Path, value: float) -> None:
    vertices = box.vertices.copy()
    vertices[3, 1] = value
    (tmp_path / "m.ply").write_bytes(ply.encode(vertices, box.faces))
    with pytest.raises(MeshError, match="not finite"):
        read_mesh(tmp_path / "m.ply")


def test_faces_must_name_vertices_that_exist(box: Mesh, tmp_path: Path) -> None:
    (tmp_path / "m.ply").write_bytes(ply.encode(box.vertices, box.faces + 5))
    with pytest.raises(MeshError, match="not there"):
        read_mesh(tmp_path / "m.ply")


def test_points_alone_are_not_a_mesh(tmp_path: Path) -> None:
    trimesh.PointCloud(np.eye(3)).export(tmp_path / "cloud.ply")
    with pytest.raises(MeshError, match="found none"):
        read_mesh(tmp_path / "cloud.ply")


def test_missing_and_unknown_files(tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="no such mesh file"):
        read_mesh(tmp_path / "gone.ply")
    with pytest.raises(MeshError, match="expected a mesh in mm"):
        read_mesh(tmp_path / "scan.glb")


def test_a_failed_write_leaves_nothing(box: Mesh, tmp_path: Path) -> None:
    with pytest.raises(MeshError, match="cannot be written"):
        write_mesh(box, tmp_path / "nowhere" / "box.ply")
    (tmp_path / "taken.ply").mkdir()
    with pytest.raises(MeshError, match="cannot be written"):
        write_mesh(box, tmp_path / "taken.ply")
    assert [p.name for p in tmp_path.iterdir()] == ["taken.ply"]
