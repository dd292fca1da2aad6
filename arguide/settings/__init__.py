"""Scenario and tracker-profile files, read into frozen dataclasses; every mistake is named by file, key and reason."""
