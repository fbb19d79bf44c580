"""The gate of a Django project: its policy, held against its URLconf, and the guard.

There is one gate for each chain of middleware, so a project and its tests never share counters.
It is closed when the chain is loaded: a fault raises there, and the server does not start.
"""

import logging
from typing import Any

from django.core.signals import setting_changed
from django.http import HttpRequest

from bartizan.django import conf
from bartizan.django.neighbours import met
from bartizan.django.routes import key, mount, resolver, served
from bartizan.enforce.decision import Decision
from bartizan.enforce.effects import Route
from bartizan.enforce.guard import Guard
from bartizan.enforce.journal import Journal
from bartizan.enforce.routing import Routes
from bartizan.enforce.start import equip
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from bartizan.policy.neighbours import tell
from bartizan.policy.routes import Survey, survey
from bartizan.policy.rules import Policy
from bartizan.servers.looking import admit
from bartizan.telemetry import tracing
from bartizan.watch.opening import open_spool
from bartizan.watch.spool import Spool

log = logging.getLogger("bartizan")


class Gate:
    """A sealed policy with its routes."""

    def __init__(self) -> None:
        """Read settings and policy, and seal. Raises ``PolicyError``, ``ImproperlyConfigured``."""
        self._guard: Guard | None = None
        self._routes: Routes
        self.seal()
        setting_changed.connect(self._changed)

    @property
    def guard(self) -> Guard:
        """The guard; a new one where a test has changed the settings that it was made from."""
        return self._guard or self.seal()

    def seal(self, journal: Journal | None = None) -> Guard:
        """Hold the policy against the URLconf and stand a new guard there. Events go to
        ``journal``, else to the spool that the settings or the policy name."""
        conf.placed()
        said = conf.read()
        try:
            policy = open_policy(said)
            admit(policy)
            found = surveyed(policy)
            journal = journal or _spool(said, policy)
            beside = met(policy)
            guard = equip(
                policy, bind=said.bind, survey=found, journal=journal, neighbours=beside,
                trace=tracing(),
            )  # fmt: skip
        except PolicyError as fault:
            log.critical("this project does not start:\n%s", fault)
            raise
        self._routes = Routes(found)
        self._guard = guard
        log.info("%s", guard.summary())
        tell(beside)
        return guard

    def stand(self, guard: Guard) -> None:
        """Let another guard of the same policy stand here: for tests that bring their own clock
        or store."""
        self._guard = guard

    def route(self, decision: Decision, request: HttpRequest) -> Route:
        """What Django resolved, in the words of the policy."""
        match = request.resolver_match
        at = key(match.route, match.func) if match is not None else None
        return self._routes.of(decision.plan.scope, at, request.method)

    def _changed(self, *, setting: str, **_: Any) -> None:
        if setting in conf.NAMES:
            self._guard = None


def open_policy(said: conf.Conf) -> Policy:
    """The policy that the settings name. Raises ``PolicyError``."""
    return said.policy if isinstance(said.policy, Policy) else load(said.policy)


def _spool(said: conf.Conf, policy: Policy) -> Spool | None:
    events = said.events or policy.stores.events
    return open_spool(events, policy.events) if events else None


def surveyed(policy: Policy) -> Survey:
    """The project's routes held against a policy."""
    prefix = mount(policy)
    return survey(policy, served(prefix), resolver(prefix))
