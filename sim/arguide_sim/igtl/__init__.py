"""An emulated OpenIGTLink source, as PLUS is one."""
