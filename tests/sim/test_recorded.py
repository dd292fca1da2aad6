"""Motion out of files: what was recorded is what is seen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from arguide_sim.emulation import Options, emulate
from arguide_sim.ndi.models import MODELS
from arguide_sim.recorded import Recorded, read_motion

from arguide.errors import SettingsError
from arguide.geometry.transforms import angle_between, from_quaternion

VOLUME = MODELS["spectra"].volumes[0]
PLUS = Path(__file__).parents[3] / "shared" / "data" / "plus-sequences"
HEADER = "time_s,tool,x,y,z,q0,qx,qy,qz\n"


@pytest.fixture
def world(emulation: Callable[..., Any]) -> Any:
    return emulation(motion="idle").world


def read(world: Any, file: Path, text: str) -> Recorded:
    file.write_text(text)
    return read_motion(file, world, VOLUME)


def test_a_table_of_poses(world: Any, tmp_path: Path) -> None:
    motion = read(
        world,
        tmp_path / "m.csv",
        HEADER
        + "10,Needle,0,0,-1500,1,0,0,0\n10.2,needle,20,0,-1500,-0.70710678,0,0,-0.70710678\n12,needle,0,0,-1500,1,0,0,0\n",
    )
    assert motion.duration_s == pytest.approx(2.0)
    assert motion.at(0.0).poses["needle"][:3, 3] == pytest.approx([0, 0, -1500])
    middle = motion.at(0.1).poses["needle"]
    assert middle[0, 3] == pytest.approx(10)
    assert angle_between(middle, from_quaternion(1, 0, 0, 0, [0, 0, 0])) == pytest.approx(np.pi / 4, abs=1e-3)
    assert "needle" not in motion.at(1.0).poses, "nobody knows where it was in so long a gap"
    assert np.allclose(motion.at(2.1).poses["needle"], motion.at(0.1).poses["needle"]), "begins anew"


def test_a_script(world: Any, tmp_path: Path) -> None:
    motion = read(
        world,
        tmp_path / "m.toml",
        '[[pose]]\nat_s = 0\ntool = "stylus"\nposition = [1, 2, -1400]\nquaternion = {w = 1, x = 0, y = 0, z = 0}\n'
        '[[pose]]\nat_s = 0.3\ntool = "stylus"\nposition = [4, 2, -1400]\nquaternion = {w = 1, x = 0, y = 0, z = 0}\n',
    )
    assert motion.at(0.1).poses["stylus"][:3, 3] == pytest.approx([2, 2, -1400])
    assert set(motion.at(0.1).poses) == {"stylus"}


def test_what_was_recorded_elsewhere_is_brought_before_the_tracker(world: Any, tmp_path: Path) -> None:
    lines = [f"{n / 10},reference,{300 + n},5,40,0,1,0,0\n" for n in range(5)]  # its markers look away
    motion = read(world, tmp_path / "m.csv", HEADER + "".join(lines))
    poses = [motion.at(n / 10).poses["reference"] for n in range(4)]
    assert VOLUME.contains(np.array([pose[:3, 3] for pose in poses])).all()
    assert all(pose[2, 2] > 0.99 for pose in poses), "it looks at the tracker now"
    assert np.linalg.norm(poses[3][:3, 3] - poses[0][:3, 3]) == pytest.approx(3.0), "moved as a whole"


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("m.csv", "a,b\n1,2\n", "no column time_s"),
        ("m.csv", HEADER + "x,needle,0,0,0,1,0,0,0\n", "not readable as .csv"),
        ("m.csv", HEADER + "0,needle,0,0,0,0,0,0,0\n", "a pose that is none"),
        ("m.csv", HEADER + "0,needle,nan,0,0,1,0,0,0\n", "a pose that is none"),
        ("m.csv", HEADER + "0,spoon,0,0,0,1,0,0,0\n", "moves spoon; the profile has reference"),
        ("m.csv", HEADER, "moves nothing"),
        ("m.toml", "", "at least 1"),
        ("m.mcap", "not at all", "not readable as .mcap"),
        ("m.mha", "NDims = 3\n", "moves nothing"),
        ("m.txt", "", "motion is read from .mcap"),
    ],
)
def test_bad_files_are_named(world: Any, tmp_path: Path, name: str, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        read(world, tmp_path / name, text)


def test_a_file_that_is_not_there_is_named(world: Any, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_motion(tmp_path / "none.csv", world, VOLUME)
    with pytest.raises(SettingsError, match="no motion 'dance'.*or a .mcap"):
        Options(motion="dance")


def test_a_whole_emulation_moves_by_it(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_text(HEADER + "".join(f"{n / 20},needle,{n},0,-1500,1,0,0,0\n" for n in range(40)))
    emulation = emulate(Options(motion=str(file), clock="step"))
    assert emulation.inside
    view = emulation.inside.state.sensor.look(60, 60.0)
    pose = view.sightings["needle"].pose
    assert pose is not None and pose[4:7] == pytest.approx([20, 0, -1500], abs=0.5)
    assert view.sightings["stylus"].pose is None
    assert json.loads(json.dumps(emulation.truth()))["timeline"][0][2] == "recorded: needle"


@pytest.mark.skipif(not PLUS.is_dir(), reason="the PLUS sequences are not beside this checkout")
@pytest.mark.parametrize("name", ["EightLandmarkPointsTrackedForPhantomRegistration", "SpinePhantomFreehand"])
def test_real_sequences(world: Any, name: str) -> None:
    motion = read_motion(PLUS / f"{name}.igs.mha", world, VOLUME)
    seen = [motion.at(motion.duration_s * n / 50).poses for n in range(50)]
    places = np.array([pose[:3, 3] for poses in seen for pose in poses.values()])
    assert len(places) > 50 and VOLUME.contains(places).mean() > 0.9
