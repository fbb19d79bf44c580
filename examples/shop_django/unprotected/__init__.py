"""The same shop without a guard, for the demo alone: never serve this to anybody."""
