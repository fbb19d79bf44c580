"""What the tests about the project read: the files that git tracks, and what pyproject says."""

import subprocess
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    """Files under version control (and new ones that are not ignored) that match a git pathspec."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--"]
    listing = subprocess.run(
        [*command, *patterns], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout
    return [path for name in listing.split("\0") if name and (path := ROOT / name).is_file()]


def text(path: Path) -> str:
    """A file's text; undecodable bytes are replaced, so that any file can be searched."""
    return path.read_text(encoding="utf-8", errors="replace")


def pyproject() -> dict[str, Any]:
    """The project's own description."""
    return tomllib.loads(text(ROOT / "pyproject.toml"))
