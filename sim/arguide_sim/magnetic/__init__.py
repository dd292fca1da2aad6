"""What all emulated magnetic trackers have in common: the field, the sensors in it, and when frames come."""
