"""The start screen: `python docs/drawing/start_picture.py` renders `pictures/start.png`. Needs OpenGL; no test renders it again."""

from pathlib import Path

import cv2

from arguide.cli.start import entry_of
from arguide.cli.start_form import SIMULATED_CAMERA, Form, shipped_scenarios
from arguide.scene.start import StartScreen
from arguide.scene.style import DARK
from arguide.settings.choices_file import Choices

FILE = Path(__file__).parents[1] / "pictures" / "start.png"
KEPT = (1024, 576)


def main() -> None:
    """Render and write the picture."""
    scenarios, _ = shipped_scenarios()
    form = Form(Choices(picture=SIMULATED_CAMERA), scenarios)
    screen = StartScreen(
        [entry_of(scenario) for scenario in scenarios],
        lambda: form.choices.scenario,
        form.pick_scenario,
        form.sections,
        lambda: DARK,
        lambda: 1.0,
        window=False,
    )
    for _ in range(4):
        screen.draw(0.5)
    picture = cv2.resize(screen.picture(), KEPT, interpolation=cv2.INTER_AREA)[..., ::-1] & 0xFC
    screen.close()
    cv2.imwrite(str(FILE), picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    print(f"{FILE} ({FILE.stat().st_size >> 10} KiB)")


if __name__ == "__main__":
    main()
