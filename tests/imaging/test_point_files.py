"""Points as other programs write them: every form gives the same points, every mistake is named."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arguide.errors import SettingsError
from arguide.imaging.point_files import read_points

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "markups-samples"
POINTS = np.array([(1.5, -2.0, 3.25), (-10.0, 20.0, 0.125), (100.0, 0.0, -7.0)])
LPS = POINTS * [-1, -1, 1]
HEAD = "# Markups fiducial file version = 4.11\n# CoordinateSystem = {}\n# columns = id,x,y,z,ow,ox,oy,oz,vis,sel,lock,label,desc,associatedNodeID\n"


def rows(points: np.ndarray) -> str:
    return "".join(f"{k},{x},{y},{z},0,0,0,1,1,1,0,F-{k},,\n" for k, (x, y, z) in enumerate(points.tolist(), 1))


def markups(points: np.ndarray, system: str = "LPS", unit: str = "mm") -> str:
    listed = [{"label": f"F-{k}", "position": p} for k, p in enumerate(points.tolist(), 1)]
    return json.dumps({"markups": [{"coordinateSystem": system, "coordinateUnits": unit, "controlPoints": listed}]})


def vtk(points: np.ndarray, title: str) -> str:
    """Numbers are wrapped anywhere, as VTK does."""
    words = [str(number) for number in points.ravel().tolist()]
    rows = "\n".join(" ".join(words[k : k + 4]) for k in range(0, len(words), 4))
    return f"# vtk DataFile Version 3.0\n{title}\nASCII\nDATASET POLYDATA\nPOINTS {len(points)} float\n{rows}\nVERTICES 1 4\n3 0 1 2\n"


FORMS = {
    "plain.csv": "x,y,z\n" + "".join(f"{x},{y},{z}\n" for x, y, z in POINTS.tolist()),
    "german.csv": "# from a lab\nname;X;Y;Z\n" + "".join(f"F;{x};{y};{z}\n" for x, y, z in POINTS.tolist()),
    "tabs.csv": "\ufeffr\ta\ts\n" + "".join(f"{x}\t{y}\t{z}\n" for x, y, z in POINTS.tolist()),
    "lps.fcsv": HEAD.format("LPS") + rows(LPS),
    "ras.fcsv": HEAD.format("0") + rows(POINTS),
    "joined.fcsv": HEAD.format("LPS") + rows(LPS[:1]) + "\n#GLENOID\n\n" + HEAD.format("RAS") + rows(POINTS[1:]),
    "old.fcsv": "# version = 2\n# columns = label,x,y,z,sel,vis\n"
    + "".join(f"P,{x},{y},{z},1,1\n" for x, y, z in POINTS),
    "lps.mrk.json": markups(LPS),
    "ras.mrk.json": markups(POINTS, "RAS"),
    "metres.mrk.json": markups(LPS / 1000, unit="m"),
    "plain.vtk": vtk(POINTS, "painted"),
    "slicer.vtk": vtk(LPS, "3D Slicer output. SPACE=LPS"),
}


@pytest.mark.parametrize("name", FORMS)
def test_all_forms_give_the_same_points(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(FORMS[name], encoding="utf-8")
    found = read_points(tmp_path / name)
    np.testing.assert_allclose(found.points, POINTS, atol=1e-12)
    assert len(found.names) == 3 and all(found.names)


def test_numpy(tmp_path: Path) -> None:
    np.save(tmp_path / "points.npy", POINTS)
    np.testing.assert_array_equal(read_points(tmp_path / "points.npy").points, POINTS)


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("empty.csv", "", "empty"),
        ("points.stl", "solid", "points are read from .csv"),
        ("binary.vtk", "# vtk DataFile Version 3.0\nx\nBINARY\nDATASET POLYDATA\nPOINTS 1 float\n", "save it in ASCII"),
        ("cut.vtk", vtk(POINTS, "x").split("VERTICES")[0].rsplit(" ", 1)[0], "7 numbers for 3 points"),
        ("no.vtk", "# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nLINES 1 1\n", "no POINTS"),
        ("odd.vtk", vtk(POINTS, "x").replace("3.25", "x"), "point 1: expected three numbers"),
        ("bare.csv", "1,2,3\n4,5,6\n", "names of the columns"),
        ("two.csv", "x,y\n1,2\n", "expected columns x, y, z; found x, y"),
        ("word.csv", "x,y,z\n1,2,three\n", "row 1, column 'z': expected a number"),
        ("short.csv", "x,y,z\n1,2\n", "row 1 has 2 cells"),
        ("ijk.fcsv", HEAD.format("2") + rows(POINTS), "only RAS and LPS"),
        ("word.fcsv", HEAD.format("RAS") + "1,a,b,c\n", "line 4: expected three numbers"),
        ("none.fcsv", HEAD.format("RAS"), "no points"),
        ("cut.mrk.json", markups(LPS)[:-20], "not valid JSON"),
        ("other.json", "{}", "no Slicer markups"),
        ("list.json", "[1]", "no Slicer markups"),
        ("inch.mrk.json", markups(LPS, unit="inch"), "only mm and m"),
        ("two.mrk.json", markups(LPS[:, :2]), "expected three numbers"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, name: str, text: str, reason: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match=reason) as caught:
        read_points(tmp_path / name)
    assert name in str(caught.value)


def test_pickles_and_other_arrays_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "object.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    np.save(tmp_path / "flat.npy", np.zeros(3))
    (tmp_path / "cut.npy").write_bytes(b"\x93NUMPY\x01\x00")
    for name in ("object.npy", "flat.npy", "cut.npy"):
        with pytest.raises(SettingsError, match=name):
            read_points(tmp_path / name)


@settings(max_examples=60)
@given(data=st.binary(max_size=300), ending=st.sampled_from([".csv", ".npy", ".fcsv", ".json"]))
def test_any_bytes_give_points_or_one_line(tmp_path_factory: pytest.TempPathFactory, data: bytes, ending: str) -> None:
    file = tmp_path_factory.getbasetemp() / f"any{ending}"
    file.write_bytes(data)
    try:
        assert read_points(file).points.shape[1] == 3
    except SettingsError as error:
        assert "\n" not in str(error)


@pytest.mark.skipif(not SAMPLES.is_dir(), reason=f"no sample markups in {SAMPLES}")
@pytest.mark.parametrize(
    ("name", "count", "first"),
    [
        ("F_5.mrk.json", 20, (104.41897583007813, 62.68093490600586, -261.3321228027344)),
        ("glenoid_landmark_points.fcsv", 6, (134.07471858497686, -128.4751457481224, -90.33000183105472)),
        ("plus_FcsvReaderTest1.fcsv", 18, (-209.934, -223.544, 77.0)),
    ],
)
def test_real_markups(name: str, count: int, first: tuple[float, float, float]) -> None:
    found = read_points(SAMPLES / name)
    assert found.points.shape == (count, 3)
    np.testing.assert_array_equal(found.points[0], first)
