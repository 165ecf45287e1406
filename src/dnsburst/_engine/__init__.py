"""The protocol without I/O: queries in flight, driven by calls; time is an argument."""
