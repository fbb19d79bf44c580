"""The shop, in Django."""
