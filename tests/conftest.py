"""How hard hypothesis tries. In CI (`CI` is set) examples are the same in every run.

Tests that say nothing get 100 examples. Those of `tests/fuzz` send whole requests through every
adapter and ask for the profile `fuzz`: 2,000 of each kind in CI, 200 elsewhere.
"""

import os

from hypothesis import HealthCheck, settings

IN_CI = bool(os.environ.get("CI"))
SLOW = (HealthCheck.too_slow, HealthCheck.data_too_large)

settings.register_profile("local", max_examples=100, deadline=None)
settings.register_profile(
    "ci", max_examples=100, deadline=None, derandomize=True, database=None,
    suppress_health_check=SLOW,
)  # fmt: skip
settings.load_profile("ci" if IN_CI else "local")
settings.register_profile("fuzz", max_examples=2000 if IN_CI else 200, suppress_health_check=SLOW)
