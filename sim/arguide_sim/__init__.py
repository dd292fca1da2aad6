"""The simulated world: devices that answer bytes with bytes, hands that move tools, phantoms, anatomy.

Never imported by `arguide`: loaded by name as a port (`sim://…`) or served on a pseudo-terminal or TCP port.
"""
