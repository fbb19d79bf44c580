"""``settings.BARTIZAN`` and our places in ``MIDDLEWARE``, read and checked in one place."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from msgspec import Struct

from bartizan.policy.nearest import nearest
from bartizan.policy.rules import Policy

KEYS: Final = ("POLICY", "BIND", "EVENTS")
"""Everything that ``settings.BARTIZAN`` may say."""

FIRST: Final = "bartizan.django.Outside"
LAST: Final = "bartizan.django.Inside"
APP: Final = "bartizan.django"

NAMES: Final = ("BARTIZAN", "MIDDLEWARE", "ROOT_URLCONF", "FORCE_SCRIPT_NAME")
"""Settings that a guard is made from: where one changes, it is made anew."""


class Conf(Struct, frozen=True):
    """What the settings say."""

    policy: Path | Policy
    """The policy's file, or a policy that is already loaded."""
    bind: Mapping[str, Any]
    """Names that the policy binds, dotted paths imported."""
    events: str
    """Directory of the event spool; empty where the policy says it, or nothing is written."""


class Misplaced(Struct, frozen=True):
    """One of our places in the settings that is not taken."""

    id: str
    """Id of the system check, stable."""
    sentence: str
    """What is the case."""
    hint: str
    """What to do."""


def read() -> Conf:
    """Read ``settings.BARTIZAN``. Raises ``ImproperlyConfigured`` with a sentence."""
    said = getattr(settings, "BARTIZAN", {})
    if not isinstance(said, Mapping):
        raise ImproperlyConfigured("BARTIZAN is a dict of POLICY, BIND and EVENTS")
    for key in said:
        if key not in KEYS:
            meant = nearest(str(key).upper(), KEYS)
            hint = f": did you mean {meant!r}?" if meant else f": there are {', '.join(KEYS)}"
            raise ImproperlyConfigured(f"BARTIZAN has no key {key!r}{hint}")
    bind = said.get("BIND", {})
    if not isinstance(bind, Mapping):
        raise ImproperlyConfigured('BARTIZAN["BIND"] is a dict of names')
    return Conf(
        policy=_policy(said.get("POLICY") or "bartizan.toml"),
        bind={name: _bound(name, value) for name, value in bind.items()},
        events=str(said.get("EVENTS") or ""),
    )


def misplaced() -> Iterator[Misplaced]:
    """Our places in ``MIDDLEWARE`` and ``INSTALLED_APPS``: what stands elsewhere guards less."""
    middleware = tuple(settings.MIDDLEWARE)
    if middleware[:1] != (FIRST,) or middleware.count(FIRST) > 1:
        yield Misplaced(
            "bartizan.E002",
            f"{FIRST} is not the first entry of MIDDLEWARE",
            "What stands before it answers requests that nobody has decided: put it first.",
        )
    if middleware[-1:] != (LAST,) or middleware.count(LAST) > 1:
        yield Misplaced(
            "bartizan.E003",
            f"{LAST} is not the last entry of MIDDLEWARE",
            "What stands behind it sees fields that must not leave: put it last.",
        )
    if not apps.is_installed(APP):
        yield Misplaced(
            "bartizan.E004",
            f"{APP} is not in INSTALLED_APPS",
            "Without it there are no system checks and no `manage.py bartizan`.",
        )


def placed() -> None:
    """Raise ``ImproperlyConfigured`` where one of our places is not taken."""
    for place in misplaced():
        raise ImproperlyConfigured(f"{place.sentence} ({place.id}). {place.hint}")


def _policy(said: Any) -> Path | Policy:
    if isinstance(said, Policy):
        return said
    return Path(getattr(settings, "BASE_DIR", ""), str(said))


def _bound(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return import_string(value)
    except ImportError as error:
        raise ImproperlyConfigured(f'BARTIZAN["BIND"]["{name}"]: {error}') from error
