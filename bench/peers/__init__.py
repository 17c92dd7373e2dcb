"""Those that the program is measured beside; no benches themselves."""
