"""The tables of the pages, made from the code so that they cannot disagree with it. Each is Markdown text."""

from collections.abc import Iterable, Sequence

from arguide.geometry.frames import FRAMES
from arguide.guidance import breach, levels, phases, steps
from arguide.guidance.state import Alert, Level, Phase, Step
from arguide.scene.card import HELP
from arguide.scene.layouts import ARRANGEMENTS
from arguide.sound.style import MOTIFS, Motif


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def frames() -> str:
    """Name, origin, axes and unit of every frame."""
    return table(("name", "origin", "axes", "unit"), ((f"`{f.name}`", f.origin, f.axes, f.unit) for f in FRAMES))


def phase_table() -> str:
    """What follows each phase by what is seen; a phase that stays is not written out."""
    seen = list(phases.Seen)

    def cell(phase: Phase, what: phases.Seen) -> str:
        following = phases.NEXT[phase, what]
        return "·" if following is phase else f"**{following.value}**"

    rows = ((phase.value, *(cell(phase, what) for what in seen)) for phase in Phase)
    return table(("phase", *(what.value for what in seen)), rows)


def phase_limits() -> str:
    """The constants that decide what is seen."""
    rows = (
        ("near the entry, while outside", f"at most {phases.NEAR_ENTRY_MM:g} mm from it"),
        ("far from the entry, while outside", f"at least {phases.FAR_FROM_ENTRY_MM:g} mm from it"),
        ("outside", f"at least {phases.ABOVE_SKIN_MM:g} mm above the skin"),
        ("under the skin", f"at least {phases.UNDER_SKIN_MM:g} mm deep"),
        ("short of the target, past it", f"depth beyond the tolerance's `within` by more than {phases.EDGE_MM:g} mm"),
        ("beside the target", "lateral distance above the tolerance's `near`"),
    )
    return table(("what", "when"), rows)


def step_table() -> str:
    """The steps of a session and what ends them."""
    ends = {step: [(event, after) for (before, event), after in steps.NEXT.items() if before is step] for step in Step}
    rows = (
        (step.value, ", ".join(f"{event.value} → **{after.value}**" for event, after in ends[step]) or "the last step")
        for step in Step
    )
    return table(("step", "ends by → next step"), rows)


def step_diagram() -> str:
    """The same as a Mermaid diagram."""
    names = [f"    {step.name} : {step.value}" for step in Step]
    edges = [f"    {before.name} --> {after.name} : {event.value}" for (before, event), after in steps.NEXT.items()]
    ends = [f"    [*] --> {Step.PIVOT.name}", f"    {Step.DONE.name} --> [*]"]
    return "\n".join(["```mermaid", "stateDiagram-v2", "    direction LR", *names, ends[0], *edges, ends[1], "```"])


def keys() -> str:
    """What the keys do, from the program's own help."""
    return table(("key", "what it does"), ((key, what) for key, what, _ in HELP))


def layouts() -> str:
    """The layouts on the number keys."""
    rows = (
        (str(k + 1), a.name, ", ".join(kind.value for kind, _ in a.main), a.side.value)
        for k, a in enumerate(ARRANGEMENTS)
    )
    return table(("key", "layout", "large", "at the side"), rows)


def level_table() -> str:
    """What is given at each level of guidance."""
    names = ("anatomy", "bullseye", "plan", "numbers", "tones", "warnings")
    rows = ((level.value, *("yes" if getattr(levels.SHOWN[level], name) else "–" for name in names)) for level in Level)
    return table(
        ("level", "3D anatomy and needle", "bullseye", "plan in 3D", "numbers", "leading tones", "warnings"), rows
    )


def alert_table() -> str:
    """When a risk structure is warned of, and when not any more."""
    h, ahead, clear = breach.HYSTERESIS_MM, breach.AHEAD_S, breach.CLEAR_S
    rows = (
        (Alert.AHEAD.value, f"the margin will be entered within {ahead:g} s", f"in more than {clear:g} s"),
        (Alert.DOUBTFUL.value, "clearance − bar < margin", f"clearance − bar > margin + {h:g} mm"),
        (Alert.TOO_CLOSE.value, "clearance < margin", f"clearance > margin + {h:g} mm"),
        (Alert.INSIDE.value, "clearance < 0", f"clearance > {h:g} mm"),
    )
    return table(("warning", "begins", "ends"), rows)


def sounds() -> str:
    """The motif of each cue."""

    def notes(motif: Motif) -> str:
        return " – ".join(f"{note.pitch_hz:g}" for note in motif.notes)

    rows = ((cue.value, f"{notes(motif)} Hz", f"{motif.every_s:g} s", motif.character) for cue, motif in MOTIFS.items())
    return table(("cue", "notes", "again every", "timbre"), rows)
