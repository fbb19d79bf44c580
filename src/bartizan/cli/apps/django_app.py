"""A Django project as ``bartizan check`` sees it: its settings and its URLconf."""

from typing import Any

import django

from bartizan.cli.application import Found
from bartizan.django import conf
from bartizan.django.gate import open_policy, surveyed
from bartizan.policy.rules import Policy


def read(_target: Any, policy: Policy | None) -> Found:
    """Hold it against a policy, its own where none is given. Raises ``PolicyError``."""
    django.setup()
    said = conf.read()
    chosen = policy or open_policy(said)
    missing = "; ".join(place.sentence for place in conf.misplaced())
    return Found(chosen, said.bind, surveyed(chosen), missing)
