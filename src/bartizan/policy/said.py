"""What people are told about every key of the language: `language.toml`, read."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from bartizan.policy.match import KINDS
from bartizan.policy.vocabulary import OPERATION, SECTIONS

SHARED: Final = ("[defaults]", "a group")
"""Sections whose keys are told under an operation."""


def said() -> Mapping[str, Any]:
    """Section to intro, example and keys; read anew at each call, few verbs want it."""
    text = Path(__file__).with_name("language.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def told(words: Mapping[str, Any], section: str, key: str) -> Mapping[str, Any]:
    """What is said about one key: its ``type``, ``says``, and ``default`` where it has one."""
    home = "an operation" if section in SHARED and key in OPERATION else section
    found: Mapping[str, Any] = words[home]["keys"][key]
    return found


def intro(words: Mapping[str, Any], section: str) -> str:
    """What is said about a whole section, in Markdown."""
    text: str = words[section]["intro"].strip()
    missing = (key for key in OPERATION if key not in SECTIONS.get(section, ()))
    return text.replace("{kinds}", _listed(KINDS)).replace("{only}", _listed(missing))


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


_LINK = re.compile(r"\[(`[^`]+`|[^\[\]`]+)\]\([^)\s]+\)")


def plain(text: str) -> str:
    """Without links, on one line: a text for where no page is."""
    return " ".join(_LINK.sub(r"\1", text).split())
