"""NDI trackers (Polaris family): the text and binary protocol they speak over a serial line."""
