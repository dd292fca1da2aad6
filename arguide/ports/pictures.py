"""What a camera gives: pictures with their numbers and times; and how the address of a camera is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import parse_qsl

import numpy as np
from numpy.typing import NDArray

from arguide.errors import PortError, SettingsError

SCHEME = "camera://"


class Picture(Protocol):
    """One picture of a camera. Immutable; passed between threads as it is."""

    @property
    def number(self) -> int:
        """The camera's own counter from 0; dropped pictures leave a gap."""
        ...

    @property
    def arrived_s(self) -> float:
        """Monotonic host clock when the picture was there: its exposure was earlier, by the camera's delay."""
        ...

    @property
    def pixels(self) -> NDArray[np.uint8]:
        """(height, width, 3) blue, green, red."""
        ...


@dataclass(frozen=True, slots=True)
class Shot:
    """A `Picture` of a real camera or file."""

    number: int
    arrived_s: float
    pixels: NDArray[np.uint8]


class PictureSource(Protocol):
    """An open camera."""

    @property
    def name(self) -> str:
        """What the user called it: `camera://0`."""
        ...

    @property
    def camera(self) -> str:
        """The camera's own name, empty when nobody tells it."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of its pictures."""
        ...

    def read(self, timeout_s: float) -> Picture | None:
        """The newest picture that was not returned yet; None when none came in time.

        Raises PortError when the camera was unplugged or the file is at its end.
        """
        ...

    def close(self) -> None:
        """Let the camera go; closing twice is allowed."""
        ...


@dataclass(frozen=True)
class Address:
    """A `camera://` address in its parts."""

    url: str
    place: str
    """What stands between `camera://` and the question mark."""
    options: Mapping[str, str]

    @classmethod
    def of(cls, url: str) -> "Address":
        """Take an address apart. Raises PortError for one that makes no sense, SettingsError for bad options."""
        if not url.startswith(SCHEME) or not (rest := url.removeprefix(SCHEME)):
            raise PortError(f"{url}: expected camera://0, camera://video.avi, camera://folder/ or camera://sim")
        place, _, query = rest.partition("?")
        try:
            return cls(url, place, dict(parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))))
        except ValueError as error:
            raise SettingsError(f"{url}: {error}; write options as name=value, joined by &") from None

    def allow(self, *names: str) -> None:
        """Raise SettingsError for an option that is none of these."""
        if unknown := next((name for name in self.options if name not in names), None):
            raise SettingsError(f"{self.url}: no option {unknown!r}; there are {', '.join(names)}")

    def number(self, name: str, low: float, high: float, default: float) -> float:
        """An option that is a number."""
        text = self.options.get(name, "")
        try:
            value = float(text) if text else default
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise SettingsError(f"{self.url}: {name}: expected a number from {low:g} to {high:g}, got {text!r}")
        return value
