"""Who may do something costly in this frame. Where the processor draws, cutting three slices takes half a frame.

A slice that waits shows what it was last: plane, needle and marks together, up to two frames older where there are three.
Pictures and films have all of them at every frame, and so has graphics hardware.
"""


class Turns:
    """At most one taker a frame, each in its turn; without `take` all at once."""

    def __init__(self, take: bool) -> None:
        self._take = take
        self._waiting: list[object] = []
        self._given = self._claimed = False

    def begin(self) -> None:
        """A new frame."""
        self._given = False

    def claim(self) -> None:
        """A live picture, which cannot wait, is drawn in this frame: the others wait, though not two frames running."""
        self._claimed = self._take and not self._claimed
        self._given = self._claimed

    def ask(self, who: object) -> bool:
        """Whether it may be cut now; each asks at every frame in which it wants to be."""
        if not self._take:
            return True
        if who not in self._waiting:
            self._waiting.append(who)
        if self._given or self._waiting[0] != who:
            return False
        self._waiting.pop(0)
        self._given, self._claimed = True, False
        return True

    def leave(self, who: object) -> None:
        """It is not seen any more."""
        self._waiting = [other for other in self._waiting if other != who]
