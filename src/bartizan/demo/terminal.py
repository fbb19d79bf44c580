"""What the show may say to which terminal: width and colour. Colour repeats words, never adds."""

import os
import shutil
import sys
from typing import Final

_STYLES: Final = {"bad": "1;31", "good": "32", "head": "1", "quiet": "2"}


def width() -> int:
    """Columns of the terminal, within what can be read: 40 to 100."""
    return max(40, min(shutil.get_terminal_size().columns, 100))


def coloured() -> bool:
    """Whether to colour (no-color.org, ``FORCE_COLOR``, ``TERM=dumb``, then the terminal)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return os.environ.get("TERM") != "dumb" and sys.stdout.isatty()


def paint(style: str, text: str) -> str:
    """Text in a style where there are colours; the words alone say all."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if coloured() else text


def cell(text: str, columns: int, style: str = "") -> str:
    """Text in a column of a table, painted after it is measured."""
    shown = text if len(text) <= columns else text[: columns - 1] + "~"
    return (paint(style, shown) if style else shown) + " " * (columns - len(shown))


def say(*lines: str) -> None:
    """Write lines and hand them over at once: a show has a rhythm."""
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in lines))
    sys.stdout.flush()
