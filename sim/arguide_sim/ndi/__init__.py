"""An NDI Polaris that answers bytes with bytes. Sans-I/O: `device.NdiDevice` is the way in."""
