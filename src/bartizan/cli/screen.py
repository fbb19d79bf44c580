"""What may be said to which terminal: width, colour, characters. Meaning never depends on it."""

import os
import sys
from collections.abc import Iterable
from typing import Final, TextIO

NARROWEST: Final = 40
WIDEST: Final = 120
"""Bounds in columns: a line that is too long to read is no help."""

_STYLES: Final = {"good": "32", "bad": "1;31", "warning": "1;33", "help": "36", "head": "1"}
_STEERING: Final = (
    (0x00, 0x1F), (0x7F, 0x9F), (0x61C, 0x61C), (0x200B, 0x200F), (0x2028, 0x202E),
    (0x2060, 0x206F), (0xFEFF, 0xFEFF), (0xD800, 0xDFFF),
)  # fmt: skip
_HARMLESS: Final = {code: "\ufffd" for first, last in _STEERING for code in range(first, last + 1)}
_ASCII: Final = str.maketrans(
    {"…": "~", "–": "-", "—": "-", "→": ">", "≤": "<", "≥": ">", "×": "x", "·": "."}
)  # fmt: skip
"""One column for one column, so that tables stay straight."""


def width() -> int:
    """Columns of the terminal: ``COLUMNS``, else what the terminal says, else 80."""
    said = os.environ.get("COLUMNS", "")
    columns = int(said) if said.isascii() and said.isdigit() else _asked()
    return max(NARROWEST, min(columns or 80, WIDEST))


def _asked() -> int:
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns
    except (OSError, ValueError, AttributeError):
        return 80


def coloured(stream: TextIO | None = None) -> bool:
    """Whether to colour: no-color.org first, then ``FORCE_COLOR``, then the terminal itself."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("TERM") == "dumb":
        return False
    return (stream or sys.stdout).isatty()


def paint(style: str, text: str) -> str:
    """Text in a style where the terminal has colours; the text itself says all."""
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if coloured() else text


def clean(text: str) -> str:
    """Text that no terminal can be steered with: controls and direction marks are replaced."""
    return text.translate(_HARMLESS)


def say(text: str | Iterable[str] = "") -> None:
    """Write a line, or several. A reader that has gone away changes nothing."""
    lines = text if isinstance(text, str) else "\n".join(text)
    try:
        sys.stdout.write(speakable(lines, sys.stdout) + "\n")
    except BrokenPipeError:
        hush()


def complain(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(speakable(text, sys.stderr) + "\n")


def speakable(text: str, stream: TextIO) -> str:
    """Text in the characters that a stream can carry."""
    encoding = stream.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeError:
        return text.translate(_ASCII).encode(encoding, "replace").decode(encoding)
    return text


def finish() -> None:
    """Hand over what is still buffered. To be called before the process ends."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        hush()


def hush() -> None:
    """Nobody reads any more (``| head``): what else is said goes nowhere, the status stays."""
    try:
        stdout = sys.stdout.fileno()
    except (OSError, ValueError, AttributeError):
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stdout)
    os.close(nowhere)
