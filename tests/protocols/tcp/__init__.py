"""TCP without I/O."""
