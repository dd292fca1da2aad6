"""The life of a tracker, as one table: (state, event) -> state.

`Life.step` applies it; what is not in the table raises and changes nothing. The diagram in docs/trackers.md is
`mermaid()`, drawn from the same table.
"""

from enum import StrEnum

from arguide.errors import TrackerStateError


class State(StrEnum):
    """Where a tracker is in its life."""

    CLOSED = "closed"
    CONNECTED = "connected"
    """The device was found, tools are loaded and enabled; it measures nothing yet."""
    TRACKING = "tracking"


class Event(StrEnum):
    """What can happen to it."""

    CONNECT = "connect"
    START = "start"
    STOP = "stop"
    CLOSE = "close"
    LOST = "line lost"


NEXT = {
    (State.CLOSED, Event.CONNECT): State.CONNECTED,
    (State.CLOSED, Event.CLOSE): State.CLOSED,
    (State.CONNECTED, Event.START): State.TRACKING,
    (State.CONNECTED, Event.CLOSE): State.CLOSED,
    (State.CONNECTED, Event.LOST): State.CLOSED,
    (State.TRACKING, Event.STOP): State.CONNECTED,
    (State.TRACKING, Event.CLOSE): State.CLOSED,
    (State.TRACKING, Event.LOST): State.CLOSED,
}


def after(state: State, event: Event) -> State:
    """The state that follows. Raises TrackerStateError when the table does not allow it."""
    if (state, event) not in NEXT:
        allowed = ", ".join(known for at, known in NEXT if at is state)
        raise TrackerStateError(f"{event}: not possible while the tracker is {state}; possible now: {allowed}")
    return NEXT[state, event]


def mermaid() -> str:
    """The table as a Mermaid state diagram."""
    lines = [f"    {state} --> {then}: {event}" for (state, event), then in NEXT.items() if state is not then]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {State.CLOSED}", *lines])
