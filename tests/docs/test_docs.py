"""The pages say what the code does: generated parts are fresh, examples run, links lead somewhere, pictures are sound."""

import argparse
import ast
import doctest
import importlib
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from arguide.cli.command_line import parser
from arguide.geometry.frames import FRAMES
from arguide.geometry.transforms import inverse, is_rigid
from arguide.guidance.state import Deviation
from arguide.settings.scenario_file import read_scenario

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md"), *(ROOT / "hardware").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def anchors(page: Path) -> set[str]:
    """The names GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def dead_links(page: Path) -> Iterator[str]:
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = unquote(link).partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def test_generated_parts_and_pictures_are_fresh() -> None:
    done = subprocess.run(
        [sys.executable, str(DOCS / "draw.py"), "--check"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
    )
    assert done.returncode == 0, f"run python docs/draw.py:\n{done.stdout}{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_lead_somewhere(page: Path) -> None:
    assert list(dead_links(page)) == []


def test_the_link_test_sees_a_dead_link(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# One two\n[a](gone.md) [b](page.md#one-two) [c](#three) [d](https://example.org)\n```\n[e](x)\n```\n"
    )
    assert list(dead_links(page)) == ["gone.md", "#three"]


@pytest.mark.parametrize("page", [page for page in PAGES if ">>>" in page.read_text("utf-8")], ids=name)
def test_examples_run_as_printed(page: Path) -> None:
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted > 0 and result.failed == 0


@pytest.mark.parametrize("file", sorted((DOCS / "pictures").glob("*.svg")), ids=name)
def test_pictures_are_well_formed_and_described(file: Path) -> None:
    space = "{http://www.w3.org/2000/svg}"
    picture = ElementTree.parse(file).getroot()
    assert picture.tag == f"{space}svg" and picture.get("viewBox")
    assert picture.findtext(f"{space}title") and picture.findtext(f"{space}desc")
    styles = picture.findtext(f"{space}style") or ""
    used = {part for element in picture.iter() for part in (element.get("class") or "").split()}
    assert {part for part in used if f".{part}{{" not in styles} == set(), "a class that the style sheet does not know"


def commands(page: Path) -> Iterator[str]:
    """Every `arguide …` of a page that has arguments: in fenced blocks and in line."""
    text = page.read_text("utf-8")
    for block in FENCED.findall(text):
        yield from re.findall(r"^(?:.*&& |\$ )?arguide ((?:demo|run|replay|scenario)\b[^#\n]*)", block, re.MULTILINE)
    yield from re.findall(r"`arguide ((?:demo|run|replay|scenario) [^`…]+)`", FENCED.sub("", text))


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_are_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    refused = []
    for command in commands(page):
        try:
            assert isinstance(parser().parse_args(shlex.split(command)), argparse.Namespace)
        except SystemExit:
            reason = capsys.readouterr().err.strip().splitlines()[-1]
            if "are required" not in reason:  # a command may be mentioned without all it needs
                refused.append(f"{command.strip()}: {reason}")
    assert refused == []


def messages() -> str:
    """All texts of the program, one a line, with … for what is filled in."""
    texts = []
    for file in sorted((ROOT / "arguide").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append("".join(str(p.value) if isinstance(p, ast.Constant) else "…" for p in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


def test_the_messages_explained_are_those_of_the_program() -> None:
    table = (DOCS / "first-steps.md").read_text("utf-8").partition("| message |")[2]
    explained = re.findall(r"^\| `([^`]+)` \|", table, re.MULTILINE)
    said = messages()
    assert len(explained) > 20
    assert [message for message in explained if message not in said] == []


def test_every_deviation_and_frame_is_on_its_page() -> None:
    guidance, frames = ((DOCS / page).read_text("utf-8") for page in ("guidance.md", "frames.md"))
    assert [f.name for f in fields(Deviation) if f"`{f.name}`" not in guidance] == []
    assert [f.name for f in FRAMES if f"| `{f.name}` |" not in frames] == []


def test_the_drawn_needle_ends_where_the_drawn_lengths_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    drawn = importlib.import_module("drawing.guidance_picture")
    tip, shaft, deviation = drawn.POSE[:3, 3], drawn.POSE[:3, 2], drawn.DEVIATION
    advanced = tip + deviation.depth_mm / (shaft @ drawn.PATH.axes[2]) * shaft
    np.testing.assert_allclose(advanced, drawn.section(deviation.predicted_miss_mm, 0), atol=1e-9)
    np.testing.assert_allclose(tip, drawn.section(deviation.lateral_mm, -deviation.depth_mm), atol=1e-9)


def test_the_drawn_bench_closes_its_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    bench = importlib.import_module("drawing.bench")
    reference_from_tracker = inverse(bench.tracker_from_reference)
    chain = bench.image_from_reference @ reference_from_tracker @ bench.tracker_from_needle @ bench.needle_from_tip
    np.testing.assert_allclose(chain, bench.image_from_tip, atol=1e-9)
    assert all(is_rigid(pose) for pose in (bench.image_from_reference, bench.image_from_tracker, bench.image_from_tip))


def test_the_example_scenario_is_complete(tmp_path: Path) -> None:
    found = re.search(r"^```toml\n(.*?)^```", (DOCS / "scenario.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    (tmp_path / "scenario.toml").write_text(found[1], "utf-8")
    for structure in tomllib.loads(found[1])["structure"]:
        mesh = tmp_path / structure["mesh"]
        mesh.parent.mkdir(exist_ok=True)
        mesh.touch()
    scenario = read_scenario(tmp_path / "scenario.toml")
    assert scenario.skin is not None and len(scenario.fiducials) == 3
    assert scenario.plans[0].tolerance.lateral_mm.near == 3.0


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    names = {re.split(r"[^\w.-]", item)[0] for item in wanted} - {project["name"]}
    reasons = set(
        re.findall(r"^\| `([\w.-]+)` \|", (DOCS / "decisions/0002-dependencies.md").read_text("utf-8"), re.MULTILINE)
    )
    assert reasons == names


def test_the_changelog_speaks_of_this_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text("utf-8").splitlines()) <= 30
