"""A Django project as ``bartizan check`` sees it: its settings and its URLconf."""

from pathlib import Path
from typing import Any

import django
from django.conf import settings
from msgspec.structs import replace

from bartizan.cli.application import Found
from bartizan.cli.starting import Beginning
from bartizan.django import conf
from bartizan.django.gate import open_policy, surveyed
from bartizan.django.neighbours import met
from bartizan.django.outline import outline
from bartizan.policy.rules import Policy


def read(_target: Any, policy: Policy | None) -> Found:
    """Hold it against a policy, its own where none is given. Raises ``PolicyError``."""
    said = _said()
    chosen = policy or open_policy(said)
    missing = "; ".join(place.sentence for place in conf.misplaced())
    return Found(chosen, said.bind, surveyed(chosen), missing, met(chosen))


def log(_target: Any, policy: Policy | None) -> tuple[Policy, str]:
    """Its policy, and where it keeps its events. Raises ``PolicyError``."""
    said = _said()
    chosen = policy or open_policy(said)
    return chosen, said.events or chosen.stores.events


def begin(_target: Any, title: str) -> Beginning:
    """What a first policy needs to know about it."""
    django.setup()
    return Beginning(outline(title), Path(getattr(settings, "BASE_DIR", "")), _lines)


def _lines(policy: str) -> list[str]:
    """The settings that put the guard before it."""
    lines = [
        'INSTALLED_APPS = [*INSTALLED_APPS, "bartizan.django"]',
        f'MIDDLEWARE = ["{conf.FIRST}", *MIDDLEWARE, "{conf.LAST}"]',
    ]
    return lines if policy == "bartizan.toml" else [*lines, f'BARTIZAN = {{"POLICY": "{policy}"}}']


def _said() -> conf.Conf:
    """What its settings say."""
    django.setup()
    said = conf.read()
    if not hasattr(settings, "BARTIZAN") and Path("bartizan.toml").is_file():
        return replace(said, policy=Path("bartizan.toml"))  # nobody has said yet where it lies
    return said
