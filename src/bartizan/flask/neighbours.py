"""The table of packages that live beside the guard in a Flask application.

Adding one more: one ``Neighbour`` in ``NEIGHBOURS``.
"""

import sys
from collections.abc import Callable, Iterator
from itertools import chain
from types import MethodType
from typing import Any, Final

from flask import Flask
from msgspec import Struct

from bartizan.enforce.controls.headers import replaced
from bartizan.policy.neighbours import (
    Conflict,
    Met,
    Neighbour,
    limits,
    meet,
    unpassed,
)
from bartizan.policy.rules import Place, Policy
from bartizan.policy.source import files_of, line

DEEP: Final = 32
"""So many wrappers are looked through at most."""


class Around(Struct, frozen=True):
    """What stands around an application's views, and on which side of the guard."""

    app: Flask
    """The application."""
    outside: tuple[Any, ...]
    """Callables around the guard, outermost first."""
    inside: tuple[Any, ...]
    """Callables between the guard and the application."""
    functions: tuple[Any, ...]
    """What is registered to run before or after views, and views with their decorators."""


def around(app: Flask, gate: Any = None, behind: Any = None) -> Around:
    """Look at an application. Without a gate, everything counts as standing inside."""
    hooks: list[list[Any]] = []
    hooks += [*app.before_request_funcs.values(), *app.after_request_funcs.values()]
    views = map(_layers, app.view_functions.values())
    return Around(
        app,
        outside=_between(app.wsgi_app, gate, app) if gate is not None else (),
        inside=_between(behind if gate is not None else app.wsgi_app, None, app),
        functions=(*chain.from_iterable(hooks), *chain.from_iterable(views)),
    )


def met(around: Around, policy: Policy) -> tuple[Met, ...]:
    """The conflicts of an application with its policy."""
    app = around.app

    def locate(written: str) -> Place:
        return line(
            written, (*files_of(app.import_name, app.root_path, sys.modules), app.root_path)
        )

    return meet(NEIGHBOURS, around, policy, locate)


def _between(outer: Any, target: Any, app: Flask) -> tuple[Any, ...]:
    """The callables from ``outer`` down to the guard, or to the application itself."""
    waiting: list[tuple[Any, tuple[Any, ...]]] = [(outer, ())]
    seen: set[int] = set()
    while waiting and len(seen) < DEEP * DEEP:
        one, path = waiting.pop(0)
        if one is target or _is_views(one, app):
            return path
        if id(one) in seen or len(path) > DEEP:
            continue
        seen.add(id(one))
        waiting += [(each, (*path, one)) for each in _held(one) if callable(each)]
    return ()


def _layers(view: Any) -> Iterator[Any]:
    """A view and everything that it decorates."""
    for _ in range(DEEP):
        if view is None:
            return
        yield view
        view = getattr(view, "__wrapped__", None)


def _is_views(one: Any, app: Flask) -> bool:
    return isinstance(one, MethodType) and one.__self__ is app


def _held(one: Any) -> Iterator[Any]:
    """What a callable holds: its attributes, or what its function closes over."""
    try:
        yield from list(vars(one).values())
    except (TypeError, RuntimeError):  # it has none, or is a proxy of nothing
        return
    for cell in getattr(one, "__closure__", None) or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not filled yet
            continue


# ------------------------------------------------------------------ how a package is recognised


class Wrapper(Struct, frozen=True):
    """A callable around the application."""

    it: Any
    """The callable."""
    outside: bool
    """Whether it stands around the guard."""


def _wraps(package: str, name: str) -> Callable[[Around], Wrapper | None]:
    """A class around the application, subclasses among them."""

    def found(around: Around) -> Wrapper | None:
        sides = ((around.outside, True), (around.inside, False))
        every = (Wrapper(it, side) for them, side in sides for it in them)
        return next((it for it in every if _made_by(it.it, package, name)), None)

    return found


def _runs(package: str) -> Callable[[Around], Any]:
    """A function of a package, else the object that it is a method of."""

    def found(around: Around) -> Any:
        for function in around.functions:
            owner = getattr(function, "__self__", function)
            if _belongs(_module(owner), package):
                return owner
        return None

    return found


def _extension(key: str) -> Callable[[Around], Any]:
    return lambda around: around.app.extensions.get(key) or getattr(around.app, key, None)


def _made_by(it: Any, package: str, name: str) -> bool:
    return any(
        base.__name__ == name and _belongs(base.__module__, package) for base in type(it).__mro__
    )


def _module(it: Any) -> str:
    """Where something was written; a decorator calls itself like the view that it decorates."""
    written = getattr(it, "__globals__", None)
    return str(written["__name__"] if written else type(it).__module__)


def _belongs(module: str, package: str) -> bool:
    return f"{module}.".startswith(f"{package}.")


# ------------------------------------------------------------------ what may go wrong


def _outside(it: Wrapper, policy: Policy) -> str:
    return "outside" if it.outside else ""


def _inside(it: Wrapper, policy: Policy) -> str:
    return "" if it.outside else "inside"


def _files(it: Wrapper, policy: Policy) -> str:
    """WhiteNoise: a file, or a directory of them, that no ``[pass]`` leaves to it."""
    directories = (prefix for _, prefix in it.it.directories)
    return "" if it.outside else unpassed(policy, (*it.it.files, *directories))


def _exports(it: Wrapper, policy: Policy) -> str:
    return "" if it.outside else unpassed(policy, [_tree(key) for key, _ in it.it.exports])


def _mounts(it: Wrapper, policy: Policy) -> str:
    return "" if it.outside else unpassed(policy, [_tree(key) for key in it.it.mounts])


def _tree(prefix: str) -> str:
    return prefix.rstrip("/") + "/"


def _talisman(it: Any, policy: Policy) -> str:
    names = ["X-Content-Type-Options"]
    names += ["X-Frame-Options"] if it.frame_options else []
    names += ["Content-Security-Policy"] if it.content_security_policy else []
    names += ["Referrer-Policy"] if it.referrer_policy else []
    names += ["Strict-Transport-Security"] if it.strict_transport_security else []
    return replaced(policy, *names)


def _redirects(it: Any, policy: Policy) -> str:
    return policy.api.https if it.force_https else ""


def _cors(it: Any, policy: Policy) -> str:
    return replaced(policy, "Access-Control-Allow-Origin")


def _counts(it: Any, policy: Policy) -> str:
    return limits(policy) if any(limiter.enabled for limiter in it) else ""


_MOVE = "Move it above Bartizan(app), so that the guard stands around it"

NEIGHBOURS: Final[tuple[Neighbour[Around], ...]] = (
    Neighbour(
        "ProxyFix", "ProxyFix", _wraps("werkzeug", "ProxyFix"),
        "Nothing: name the proxies in `[api] proxies`. Views then find the true client, scheme "
        "and host where ProxyFix would have put them.",
        (
            Conflict(
                "R301", _outside,
                "stands around the guard and replaces the peer before it is judged: every request "
                "that comes through a proxy is refused",
                "Delete it, and name the proxies in [api] proxies",
            ),
            Conflict(
                "R304", _inside,
                "waits for forwarding headers, and the guard has read and removed them",
                "Delete it: the client, scheme and host come from [api] proxies",
            ),
        ),
    ),
    Neighbour(
        "Flask-CORS", "CORS", _runs("flask_cors"),
        "Its origins, in `[api] cors`. On subtrees of a `[pass]` it goes on as before.",
        (
            Conflict(
                "R303", _cors,
                "sets {}, which the guard takes away again: `[api] cors` says who may read, and "
                "answers preflights before Flask hears of them",
                "Delete it, and say its origins in [api] cors",
            ),
        ),
    ),
    Neighbour(
        "Flask-Talisman", "Talisman", _runs("flask_talisman"),
        "Its cookie settings, as `SESSION_COOKIE_SECURE = True` and `SESSION_COOKIE_HTTPONLY = "
        "True`; other values of headers, in `headers` of the policy. On subtrees of a `[pass]` it "
        "goes on as before.",
        (
            Conflict(
                "R303", _talisman,
                "sets {}, and the policy's replace them",
                "Delete it; what you want otherwise goes into `headers` of the policy",
            ),
            Conflict(
                "R303", _redirects,
                'redirects to https, and the policy has decided already: https = "{}"',
                "Delete it, or say force_https=False",
            ),
        ),
    ),
    Neighbour(
        "Flask-Limiter", "Limiter", _extension("limiter"),
        "Limits that the policy cannot count, by a key of your own. `get_remote_address` is the "
        "client that the guard has decided.",
        (
            Conflict(
                "R303", _counts,
                "counts the same requests as the policy ({}): the narrower of both holds, and only "
                "the policy's refusals are events",
                "Delete its limits where the policy counts as well",
            ),
        ),
    ),
    Neighbour(
        "Flask-Login", "LoginManager", _extension("login_manager"),
        "All of it: it reads its session in the view, after the guard has spoken. Its views are "
        "public to the policy, or below a `[pass]`.",
    ),
    Neighbour(
        "WhiteNoise", "WhiteNoise", _wraps("whitenoise", "WhiteNoise"),
        "All of it, above `Bartizan(app)`, with a `[pass]` for each prefix of files.",
        (
            Conflict(
                "R301", _outside,
                "stands around the guard: whoever is denied is still served its files",
                _MOVE,
            ),
            Conflict(
                "R305", _files,
                "answers {}, and no [pass] leaves that path to it: it is answered 404, or 500 "
                "where an operation takes it",
                "Say [pass] for the prefix of its files",
            ),
        ),
    ),
    Neighbour(
        "SharedDataMiddleware", "SharedDataMiddleware",
        _wraps("werkzeug", "SharedDataMiddleware"),
        "All of it, above `Bartizan(app)`, with a `[pass]` for each export.",
        (
            Conflict(
                "R301", _outside,
                "stands around the guard: whoever is denied is still served its files",
                _MOVE,
            ),
            Conflict(
                "R305", _exports,
                "answers {}, and no [pass] leaves that path to it: it is answered 404, or 500 "
                "where an operation takes it",
                "Say [pass] for each of its exports",
            ),
        ),
    ),
    Neighbour(
        "DispatcherMiddleware", "DispatcherMiddleware",
        _wraps("werkzeug", "DispatcherMiddleware"),
        "All of it, above `Bartizan(app)`, with a `[pass]` for each mount; or around a whole "
        "guarded application, whose `base` is then the mount.",
        (
            Conflict(
                "R301", _outside,
                "stands around the guard: nobody guards what is mounted beside this application",
                _MOVE,
            ),
            Conflict(
                "R305", _mounts,
                "answers {}, and no [pass] leaves that path to it: it is answered 404, or 500 "
                "where an operation takes it",
                "Say [pass] for each of its mounts",
            ),
        ),
    ),
    Neighbour(
        "DebuggedApplication", "DebuggedApplication",
        _wraps("werkzeug", "DebuggedApplication"),
        "Nothing: `flask run --debug` brings it where it belongs.",
        (
            Conflict(
                "R306", lambda it, policy: "a debugger",
                "shows code and traces to whoever makes a view fail",
                "Delete it: flask run --debug brings it for developers",
            ),
        ),
    ),
)  # fmt: skip
"""Every package that is known, in the order in which conflicts are told."""
