"""Generated patients: implicit shapes after published measurements, meshed into a scenario folder."""
