"""Speed and memory, measured on this machine and printed as a table: `make bench`. Never part of the tests."""
