"""THE DECISION: one engine for every adapter. It does no I/O; it yields effects and is answered."""
