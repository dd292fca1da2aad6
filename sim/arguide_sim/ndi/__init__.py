"""An NDI Polaris that answers bytes with bytes. Sans-I/O: `device.PolarisDevice` is the way in."""
