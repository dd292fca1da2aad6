"""Is the reference body still the one that was registered? Its markers' fit tells when one was bent or soiled."""

from math import isnan

from arguide.trackers.reading import Sample

MEMORY = 60
TIMES, PLUS_MM = 2.0, 0.25


class ReferenceWatch:
    """Compares the device's fit error of the reference body with what it was while the patient was registered."""

    def __init__(self) -> None:
        self._then = self._now = float("nan")

    def learn(self, sample: Sample) -> None:
        """Use a sample of the registration."""
        self._then = _follow(self._then, sample)
        self._now = self._then

    def watch(self, sample: Sample) -> str:
        """Use a later sample; what to tell the user, empty when all is well."""
        self._now = _follow(self._now, sample)
        if not self._now > TIMES * self._then + PLUS_MM:
            return ""
        return (
            f"the reference body's markers fit to {self._now:.1f} mm, {self._then:.1f} mm at registration: is one bent or"
            " soiled? Press R and register again"
        )


def _follow(mean: float, sample: Sample) -> float:
    reading = sample.readings.get("reference")
    if reading is None or isnan(reading.error_mm):
        return mean
    return reading.error_mm if isnan(mean) else mean + (reading.error_mm - mean) / MEMORY
