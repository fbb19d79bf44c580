"""Real servers on loopback, asked with raw sockets: what the wire shows."""
