"""The lints, by what they look at. Their one ordered list stands in ``policy/lint.py``."""
