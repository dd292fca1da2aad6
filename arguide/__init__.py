"""arguide: an augmented-reality procedure-guidance simulator. For training, not for patients."""

__version__ = "0.1.0"
