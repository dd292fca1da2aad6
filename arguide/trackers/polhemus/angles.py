"""Polhemus' Euler angles: azimuth about z, then elevation about the new y, then roll about the new x."""

from math import cos, radians, sin

from arguide.trackers.rounds import Quaternion

SLACK_DEG = 0.01
"""A rounded angle may stand beyond its range by the last digit."""


def to_quaternion(azimuth_rad: float, elevation_rad: float, roll_rad: float) -> Quaternion:
    """tracker_from_sensor as a unit quaternion, scalar first: Rz(azimuth) Ry(elevation) Rx(roll)."""
    (ca, sa), (ce, se), (cr, sr) = ((cos(a / 2), sin(a / 2)) for a in (azimuth_rad, elevation_rad, roll_rad))
    return (
        ca * ce * cr + sa * se * sr,
        ca * ce * sr - sa * se * cr,
        ca * se * cr + sa * ce * sr,
        sa * ce * cr - ca * se * sr,
    )


def from_degrees(azimuth: float, elevation: float, roll: float) -> Quaternion | None:
    """The same from degrees as they are sent; None for numbers that cannot be such angles."""
    limits = ((azimuth, 180), (elevation, 90), (roll, 180))
    if not all(abs(angle) <= limit + SLACK_DEG for angle, limit in limits):
        return None
    return to_quaternion(radians(azimuth), radians(elevation), radians(roll))
