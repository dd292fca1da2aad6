"""The trainee of the demo: calibrates the stylus, touches the fiducials, inserts the needle, makes one mistake.

The trainee talks to the host through the wire alone: by where the tools are, and by their buttons. The steps of the
host: pivot (press to start, press to finish), the needle the same way if it is calibrated, touch (press at every fiducial, in order), review (press to
accept), guide (press to finish).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from arguide.errors import SettingsError
from arguide.geometry.transforms import Array, translation
from arguide.settings.method import Method, methods_of
from arguide.settings.scenario import Plan, Scenario
from arguide_sim.cameras import Moment
from arguide_sim.hands.bump import Bump
from arguide_sim.hands.insert import Insert
from arguide_sim.hands.motion import Hold, Move, aim
from arguide_sim.hands.pivot import Pivot
from arguide_sim.hands.roll import Roll
from arguide_sim.hands.touch import Touch
from arguide_sim.timeline import Entry, Timeline
from arguide_sim.world import World

PIVOT_S = 7.3
ROLL_S = 5.0
REST_S = 1.4
REVIEW_S = 1.0
TOUCH_OFF_MM = 0.3
"""How well a tip sits in the dimple of a fiducial, mm RMS per axis."""
LIFT_MM, OVER_MM = 140.0, 60.0
"""The needle is lifted so high from the table, comes so far backwards and upwards of the skin, and goes back that way."""
BUMP_MM = 12.0
BUMP_RAD = np.radians(3.0)
IN_AIR, IN_DIVOT, ON_SKIN, IN_TISSUE, IN_HOLE = 1.0, 0.15, 0.4, 0.6, 0.05


class Trainee:
    """One run through the demo, written down before it begins."""

    def __init__(
        self, world: World, scenario: Scenario, plan: Plan, seed: int = 0, methods: Sequence[Method] = ()
    ) -> None:
        """`methods`: how the needle is calibrated, if it is."""
        self._world = world
        self._random = np.random.default_rng([seed, 1])
        self._seed = seed
        self._script = Timeline(world, seed)
        now = self._calibrate(0.0)
        if methods:
            now = self._calibrate_needle(now, methods)
        now = self._register(now, scenario)
        self.insertion = self._insert(now, plan)

    @property
    def timeline(self) -> list[Entry]:
        """What happens when, in order: (start_s, end_s, what)."""
        return sorted(self._script.entries)

    @property
    def duration_s(self) -> float:
        """When the last thing is done."""
        return max(entry.end_s for entry in self._script.entries)

    @property
    def script(self) -> Timeline:
        """The motions themselves: true poses on the phantom for whoever wants to know."""
        return self._script

    def at(self, time_s: float) -> Moment:
        """The true state `time_s` after tracking began."""
        return self._script.at(time_s)

    def truth(self) -> dict[str, Any]:
        """What this run of the trainee really did, as plain JSON data; image frame, mm."""
        start, end = self._inserted
        begun, ended = (start + t for t in self.insertion.stage("hold at the target"))
        held = self._script.image_from_tip("needle", (begun + ended) / 2)
        return {
            "duration_s": self.duration_s,
            "insertion_s": [start, end],
            "at_target_s": [begun, ended],
            "final_tip_image_mm": held[:3, 3].tolist(),
            "final_direction_image": held[:3, 2].tolist(),
        }

    def _calibrate(self, now: float) -> float:
        """Pivot the stylus in the divot of the phantom's base plate."""
        script = self._script
        divot = self._divot(-0.25)
        above = divot @ translation([0.0, 0.0, -40.0])
        script.place("stylus", above)
        script.move("stylus", now, Move(above, divot, 1.0), IN_DIVOT, "put the stylus into the divot")
        script.press("stylus", now + 1.5, "start pivoting")
        now = script.move("stylus", now + 1.75, Pivot(divot, PIVOT_S, self._seed + 500), IN_DIVOT, "pivot the stylus")
        script.press("stylus", now + 0.2, "finish pivoting")
        return now + 0.6

    def _divot(self, lean: float) -> Array:
        """How a tool stands in the divot, leaning by so much."""
        world = self._world
        return aim(world.place(-70.0, -110.0, 5.0), -world.up + lean * world.face, world.face)

    def _calibrate_needle(self, now: float, methods: Sequence[Method]) -> float:
        """Change tools, calibrate the needle in the divot and in the hole beside it, change back."""
        world, script = self._world, self._script
        divot = self._divot(-0.2)
        script.put_down("stylus", now, 1.8)
        reach = Move(world.resting_place("needle"), divot, 1.7, world.up, 30.0)
        now = script.move("needle", now + 0.4, reach, IN_DIVOT, "put the needle into the divot")
        for method in methods:
            if method is Method.PIVOT:
                script.press("needle", now + 0.3, "start pivoting the needle")
                pivot = Pivot(divot, PIVOT_S, self._seed + 510)
                now = script.move("needle", now + 0.6, pivot, IN_DIVOT, "pivot the needle")
                script.press("needle", now + 0.2, "finish pivoting the needle")
                now += 0.6
            elif method is Method.TEMPLATE:
                now = self._rest(now, divot)
            else:
                script.press("needle", now + 0.3, "start rolling the needle")
                now = script.move("needle", now + 0.6, Roll(divot, ROLL_S), IN_HOLE, "roll the needle")
                script.press("needle", now + 0.2, "finish rolling the needle")
                now += 0.6
        script.put_down("needle", now, 1.8)
        here, first = script.image_from_tip("stylus", now), aim(world.place(-60.0, -60.0, 60.0), -world.up, world.face)
        return script.move("stylus", now + 0.4, Move(here, first, 1.7, world.up, 30.0), IN_AIR, "take the stylus again")

    def _rest(self, now: float, divot: Array) -> float:
        """Rest the needle in the divot, lean it over, and rest it there once more."""
        script = self._script
        script.press("needle", now + 0.3, "rest the needle")
        leant = self._divot(0.4)
        now = script.move("needle", now + REST_S, Move(divot, leant, 0.9), IN_DIVOT, "lean the needle over")
        script.press("needle", now + 0.3, "check the needle")
        return script.move("needle", now + REST_S, Move(leant, divot, 0.9), IN_DIVOT)

    def _register(self, now: float, scenario: Scenario) -> float:
        """Touch the fiducials in their order, check the first once more, look at the result and accept it."""
        script = self._script
        for fiducial in scenario.fiducials:
            start = script.image_from_tip("stylus", now)
            touch = Touch(start, self._on(np.array(fiducial.position)), self._world.up)
            script.press("stylus", now + touch.press_s, fiducial.name)
            now = script.move("stylus", now, touch, ON_SKIN, f"touch {fiducial.name}")
        here = script.image_from_tip("stylus", now)
        check = Touch(here, self._on(np.array(scenario.fiducials[0].position)), self._world.up)
        now = script.move("stylus", now, check, ON_SKIN, f"check {scenario.fiducials[0].name}")
        here = script.image_from_tip("stylus", now)
        away = translation(40.0 * self._world.up) @ here
        script.move("stylus", now, Move(here, away, 1.0))
        script.note(now, now + REVIEW_S, "review the registration")
        script.press("stylus", now + REVIEW_S, "accept the registration")
        return now + REVIEW_S + 0.4

    def _on(self, point: Array) -> Array:
        """How the stylus is set on a point: from above, leaning a little, and never quite where it should be."""
        w = self._world
        lean = 0.35 * self._random.uniform(-1, 1) * w.aside + 0.35 * self._random.uniform(-1, 1) * w.along
        return aim(point + TOUCH_OFF_MM * self._random.standard_normal(3), -w.up + lean, w.face)

    def _insert(self, now: float, plan: Plan) -> Insert:
        """Change tools, insert the needle, withdraw it, and press to finish."""
        world, script = self._world, self._script
        insert = Insert(np.array(plan.entry), np.array(plan.target), world.face, self._seed + 700)
        script.put_down("stylus", now, 1.8)
        rest, first = world.resting_place("needle"), insert.at(0.0)
        lifted, over = translation(LIFT_MM * world.up) @ rest, self._over(first)
        start = script.move("needle", now + 0.1, Move(rest, lifted, 0.5), IN_AIR, "take the needle")
        start = script.move("needle", start, Move(lifted, over, 1.25), IN_AIR)
        start = script.move("needle", start, Move(over, first, 0.5), IN_AIR)
        end = script.move("needle", start, insert, IN_TISSUE)
        self._inserted = start, end
        for begun, ended, what in insert.stages:
            script.note(start + begun, start + ended, what)
        self._disturb(insert, start)
        script.press("needle", end + 0.2, "finish")
        script.move("needle", end, Hold(insert.at(insert.duration_s), 1.3), IN_AIR)
        away = script.image_from_tip("needle", end + 1.3)
        script.move("needle", end + 1.3, Move(away, self._over(away), 0.6), IN_AIR)
        lies = script.put_down("needle", end + 1.9, 2.6, LIFT_MM)
        script.note(end + 1.3, lies, "put the needle down")
        return insert

    def _over(self, pose: Array) -> Array:
        """A pose on the way between the table and the skin, clear of a body that bulges between them."""
        return translation(OVER_MM * self._world.up) @ pose @ translation([0.0, 0.0, -OVER_MM])

    def _disturb(self, insert: Insert, start: float) -> None:
        """What a real session brings: the needle hidden, the phantom knocked, the reference hidden."""
        first, first_end = insert.stage("insert, off the path")
        second, second_end = insert.stage("advance to the target")
        self._script.hide("needle", start + first + 0.6 * (first_end - first), 0.6)
        angle = self._random.uniform(0, 2 * np.pi)
        rotation = self._world.tracker_from_image[:3, :3]
        slide = rotation @ (np.cos(angle) * self._world.aside + np.sin(angle) * self._world.along)
        turn = rotation @ self._world.up + 0.2 * self._random.standard_normal(3)
        self._script.knock(
            Bump(
                start + second + 0.3 * (second_end - second),
                (self._world.tracker_from_image @ [*self._world.centre, 1.0])[:3],
                BUMP_MM * slide,
                BUMP_RAD * turn / np.linalg.norm(turn),
            )
        )
        self._script.hide("reference", start + second + 0.7 * (second_end - second), 0.4)


def needle_methods(text: str, scenario: Scenario) -> tuple[Method, ...]:
    """How the trainee calibrates the needle. Raises SettingsError for a name that is none."""
    try:
        return methods_of(text.split(",")) if text else scenario.needle_calibration
    except ValueError as error:
        raise SettingsError(f"emulator: calibrate={text}: {error}") from None
