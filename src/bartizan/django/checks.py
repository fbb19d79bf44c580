"""System checks: what would stop the start, said by ``manage.py check``, and what is doubled.

Faults and lints of the policy keep their codes: ``bartizan.P103`` is what ``bartizan explain
P103`` explains. ``bartizan.E…`` and ``bartizan.W…`` are about Django's own settings.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any, Final

from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from bartizan.django import conf
from bartizan.django.gate import open_policy, surveyed
from bartizan.django.neighbours import met
from bartizan.enforce.start import equip
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.lint import Lint, lint
from bartizan.policy.neighbours import Met

_LEVELS: Final = {"error": checks.Error, "warning": checks.Warning, "info": checks.Info}


def check(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """Everything that is wrong, and everything that is seldom wise."""
    found: list[checks.CheckMessage] = [
        checks.Error(each.sentence, hint=each.hint, id=each.id) for each in conf.misplaced()
    ]
    try:
        said = conf.read()
        policy = open_policy(said)
        found += _lints(lint(policy))
        found += map(conflict, met(policy))
        equip(policy, bind=said.bind, survey=surveyed(policy))
    except ImproperlyConfigured as error:
        found.append(checks.Error(str(error), id="bartizan.E001"))
    except PolicyError as error:
        found += [_fault(each) for each in error.faults]
    return found


def conflict(found: Met) -> checks.CheckMessage:
    """Settings and packages that say again, or against, what the policy says."""
    it = found.conflict
    hint = f"{it.advice}. (bartizan explain {it.code})"
    return _LEVELS[found.level](found.sentence, hint=hint, obj=found.place, id=it.id)


def _fault(fault: Fault) -> checks.CheckMessage:
    meant = f"Did you mean `{fault.suggestion}`? " if fault.suggestion else ""
    more = f"bartizan explain {fault.code}"
    hint = f"{meant}{fault.consequence} ({more})" if meant or fault.consequence else more
    return checks.Error(fault.message, hint=hint, obj=fault.place, id=f"bartizan.{fault.code}")


def _lints(found: Iterable[Lint]) -> Iterator[checks.CheckMessage]:
    """One message a code, at its first line: Django says them all before every command, and a
    policy of fifty routes has a hundred."""
    for code, alike in groupby(found, key=lambda it: it.code):
        first, *others = alike
        more = f" (and {len(others)} more: bartizan check)" if others else ""
        level = _LEVELS[first.severity]
        sentence = first.sentence + more
        yield level(sentence, hint=first.advice, obj=first.place, id=f"bartizan.{code}")
