"""Where a tool's tip is: pivot calibration."""
