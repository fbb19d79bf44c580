"""What ``bartizan init`` is told by an application, whatever its framework."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from bartizan.policy.outline import Outline


class Beginning(Struct, frozen=True):
    """An application before it has a policy."""

    outline: Outline
    """What it serves and says about itself."""
    home: Path
    """The directory from which it looks for its policy."""
    lines: Callable[[str], list[str]]
    """The code that puts the guard before it, for a policy that lies there relative to `home`."""
