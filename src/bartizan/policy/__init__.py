"""WHAT MUST HOLD: the policy language, its loader, its router. No framework, no I/O but files."""
