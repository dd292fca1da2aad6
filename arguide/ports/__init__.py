"""Bytes in and bytes out: a serial line, TCP, a recording and the simulator are all ports."""
