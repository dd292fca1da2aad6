"""Both clocks count frames from 0 at `start`."""

from arguide_sim.clock import RealClock, StepClock


def test_the_real_clock_follows_the_time_it_is_given() -> None:
    now = [100.0]
    clock = RealClock(lambda: now[0])
    assert clock.frame() == 0
    now[0] = 150.0
    assert clock.frame() == 0, "a clock that was not started stands still"
    clock.start(60.0)
    frames = []
    for milliseconds in (0, 16, 17, 33, 34, 1000):
        now[0] = 150.0 + milliseconds / 1000
        frames.append(clock.frame())
    assert frames == [0, 0, 1, 1, 2, 60]
    clock.start(20.0)
    assert clock.frame() == 0


def test_the_step_clock_moves_on_whenever_it_is_asked() -> None:
    clock = StepClock()
    clock.start(60.0)
    assert [clock.frame() for _ in range(4)] == [0, 1, 2, 3]
    clock.start(20.0)
    assert clock.frame() == 0
