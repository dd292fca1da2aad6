"""The regions that patients can be generated of, by name; each is imported when it is asked for."""

import importlib
from typing import cast

from arguide.errors import SettingsError
from arguide_sim.anatomy.region import Region

REGIONS = {
    "lumbar": "arguide_sim.anatomy.lumbar_region:LUMBAR",
    "knee": "arguide_sim.anatomy.knee.region:KNEE",
    "hip": "arguide_sim.anatomy.hip.region:HIP",
    "inguinal": "arguide_sim.anatomy.hip.region:INGUINAL",
}
"""Name: where its `Region` is."""


def region_named(name: str) -> Region:
    """The region of that name. Raises SettingsError naming those there are."""
    if name not in REGIONS:
        raise SettingsError(f"no region {name!r}; patients can be generated of: {', '.join(REGIONS)}")
    module, _, thing = REGIONS[name].partition(":")
    return cast(Region, getattr(importlib.import_module(module), thing))
