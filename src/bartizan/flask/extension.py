"""The extension: reads the policy, holds it against the application, seals it.

``Bartizan(app)`` or ``Bartizan().init_app(app)``; ``seal(app)`` at the end of a factory, or the
first request, whichever comes first. A failed seal answers 503 to everything, so that a rollout
stops instead of going on unguarded.
"""

import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response

from bartizan import wsgi
from bartizan.enforce.controls.errors import NOT_SEALED
from bartizan.enforce.guard import Guard
from bartizan.enforce.journal import Journal
from bartizan.enforce.start import equip
from bartizan.flask.inside import Inside
from bartizan.flask.neighbours import around, met
from bartizan.flask.routes import resolver, served
from bartizan.model.fork import forget_in_child
from bartizan.model.problem import render
from bartizan.policy.load import load
from bartizan.policy.nearest import nearest
from bartizan.policy.neighbours import Met, tell
from bartizan.policy.routes import Survey, survey
from bartizan.policy.rules import Policy
from bartizan.servers.looking import admit
from bartizan.telemetry import tracing
from bartizan.watch.opening import open_spool
from bartizan.watch.spool import Spool

log = logging.getLogger("bartizan")

EXTENSION = "bartizan"
"""Key of the gate in ``app.extensions``."""

KEYS: Final = ("BARTIZAN_EVENTS", "BARTIZAN_POLICY")
"""All that the application's configuration may say about its guard."""
VARIABLES: Final = ("BARTIZAN_APP", "BARTIZAN_DEBUG")
"""Variables of the command line: they come along where a whole environment is the configuration."""


class Bartizan:
    """One policy before one Flask application, or before several.

    Configuration of the application, for facts of a deployment: ``BARTIZAN_POLICY`` (default
    ``bartizan.toml`` beside the application), ``BARTIZAN_EVENTS`` (directory of the event spool).
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        policy: str | Path | Policy | None = None,
        bind: Mapping[str, Any] | None = None,
    ) -> None:
        """Raises ``PolicyError`` with every fault of the policy."""
        self._policy = policy
        self._bind = dict(bind or {})
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> None:
        """Stand before this application. Raises ``PolicyError``; ``ValueError`` where its
        configuration says what no guard reads."""
        if EXTENSION in app.extensions:
            raise RuntimeError("Bartizan already stands before this application")
        _configured(app)
        gate = Gate(app, self._read(app), self._bind)
        app.extensions[EXTENSION] = gate
        app.before_request_funcs.setdefault(None, []).insert(0, gate.unsealed)
        app.wsgi_app = gate  # type: ignore[assignment]

    def _read(self, app: Flask) -> Policy:
        if isinstance(self._policy, Policy):
            return self._policy
        named = self._policy or app.config.get("BARTIZAN_POLICY") or "bartizan.toml"
        return load(Path(app.root_path) / named)


def _configured(app: Flask) -> None:
    """A key that is misspelt would be read by nobody."""
    for key in app.config:
        if key.startswith("BARTIZAN_") and key not in (*KEYS, *VARIABLES):
            meant = nearest(key, KEYS)
            hint = f"did you mean {meant}?" if meant else f"there are {' and '.join(KEYS)}"
            raise ValueError(f"the configuration of this application has no {key}: {hint}")


def seal(app: Flask) -> None:
    """Hold the policy against the application's routes and close the gate.

    Raises ``PolicyError`` where a route is undecided, an entry serves nothing, a name is unbound,
    a key is weak or an expectation fails.
    """
    gate_of(app).seal()


def gate_of(app: Flask) -> "Gate":
    """The gate of an application; raises ``LookupError`` where there is none."""
    gate = app.extensions.get(EXTENSION)
    if not isinstance(gate, Gate):
        raise LookupError("no guard stands before this application: call Bartizan(app)")
    return gate


class Gate:
    """What stands in the place of ``app.wsgi_app``: closed until it is sealed."""

    def __init__(self, app: Flask, policy: Policy, bind: Mapping[str, Any]) -> None:
        self.app = app
        self.policy = policy
        self.bind = bind
        self.guard: Guard | None = None
        self.fault: Exception | None = None
        self._behind: wsgi.Application = app.wsgi_app
        self._outside: wsgi.Application | None = None
        self._inside: Inside | None = None
        self._sealing = threading.Lock()
        forget_in_child(self)

    def __call__(self, environ: wsgi.Environ, start: wsgi.StartResponse) -> Iterable[bytes]:
        """Serve a request, sealing first where nobody has."""
        if self._outside is None:
            try:
                self.seal()
            except Exception:
                response = render(NOT_SEALED, "")
                return wsgi.send(response, environ["REQUEST_METHOD"], start)
        assert self._outside is not None  # noqa: S101  (sealed)
        return self._outside(environ, start)

    def unsealed(self) -> Response | None:
        """The first hook while the gate is open, for what begins inside: it closes the gate too,
        and act two stands in its place from then on."""
        try:
            self.seal()
        except Exception:
            ours = render(NOT_SEALED, "")
            return Response(ours.body, ours.status, list(ours.headers))
        assert self._inside is not None  # noqa: S101  (closed)
        return self._inside.before()

    def forget(self) -> None:
        """In a forked child: a thread of the parent may hold the lock for ever."""
        self._sealing = threading.Lock()

    def survey(self) -> Survey:
        """The application's routes held against the policy."""
        return survey(self.policy, served(self.app), resolver(self.app))

    def neighbours(self, policy: Policy) -> tuple[Met, ...]:
        """Packages beside us that undo something of a policy, or are undone by it."""
        return met(around(self.app, self, self._behind), policy)

    def seal(self, journal: Journal | None = None) -> Guard:
        """Close the gate, once; a fault stays a fault. Events go to ``journal``, else to the
        spool that the configuration or the policy names."""
        with self._sealing:
            if self.fault is not None:
                # Without its last trace: that would hold every request which met it, for ever.
                raise self.fault.with_traceback(None)
            if self.guard is None:
                try:
                    self._close(journal or self._spool())
                except Exception as fault:
                    self.fault = fault
                    log.critical("this application does not start:\n%s", fault)
                    raise
            assert self.guard is not None  # noqa: S101  (closed)
            return self.guard

    def _spool(self) -> Spool | None:
        events = self.app.config.get("BARTIZAN_EVENTS") or self.policy.stores.events
        return open_spool(events, self.policy.events) if events else None

    def _close(self, journal: Journal | None) -> None:
        found, beside = self.survey(), self.neighbours(self.policy)
        admit(self.policy)
        guard = equip(
            self.policy, bind=self.bind, survey=found, journal=journal, neighbours=beside,
            trace=tracing(),
        )  # fmt: skip
        self._inside = Inside(self.app, guard, found, instead=self.unsealed)
        self._outside = wsgi.Outside(self._behind, guard)
        self.guard = guard
        log.info("%s", guard.summary())
        tell(beside)
