"""The show: one screen, two shops, three mistakes."""
