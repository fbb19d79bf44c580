"""Find the application that a policy guards: named, in the environment, or in ``flask …``.

Frameworks are known to the modules in ``apps/`` alone, and those are imported when one is met.
"""

import ast
import gc
import os
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import click
from msgspec import Struct

from bartizan.cli.faulty import short
from bartizan.policy.faults import PolicyError
from bartizan.policy.nearest import nearest
from bartizan.policy.neighbours import Met
from bartizan.policy.routes import Survey
from bartizan.policy.rules import Policy

USUAL: Final = ("app", "application", "create_app", "make_app")
"""Names that are tried where only a module is named."""


class Framework(Struct, frozen=True):
    """A framework that applications are read of."""

    title: str
    """What people call it."""
    roots: tuple[str, ...]
    """Top-level packages that its applications' classes come from."""
    module: str
    """The module that reads one: ``read(application, policy) -> Found``; ``log``, ``begin``."""


FLASK: Final = Framework("Flask", ("flask",), "bartizan.cli.apps.flask_app")
DJANGO: Final = Framework("Django", ("django",), "bartizan.cli.apps.django_app")
FRAMEWORKS: Final = (FLASK, DJANGO)


class Found(Struct, frozen=True):
    """What an application says about itself."""

    policy: Policy
    """The policy: the one that was asked for, else the application's own."""
    bind: Mapping[str, Any]
    """The names that it binds."""
    survey: Survey
    """Its routes held against that policy."""
    unguarded: str = ""
    """Why no guard stands before it; empty where one does."""
    neighbours: tuple[Met, ...] = ()
    """What other packages undo of that policy, or it of them."""


class Application(Struct, frozen=True):
    """An application, found and not yet read."""

    title: str
    """As it was named: ``shop:app``."""
    framework: Framework
    """Whose it is."""
    target: Any
    """The application itself."""

    def read(self, policy: Policy | None) -> Found:
        """Hold it against a policy, its own where none is given. Raises ``PolicyError``."""
        with quietly(self.title):
            found: Found = import_module(self.framework.module).read(self.target, policy)
        return found

    def log(self, policy: Policy | None) -> tuple[Policy, str]:
        """The policy, its own where none is given, and the directory in which it keeps its
        events; empty where it keeps none. Raises ``PolicyError``."""
        with quietly(self.title):
            kept: tuple[Policy, str] = import_module(self.framework.module).log(self.target, policy)
        return kept


class Unasked(click.ClickException):
    """The application cannot be asked: one sentence."""

    exit_code = 2


def _nothing(_record: object) -> bool:
    """Lets no record through."""
    return False


class quietly:  # noqa: N801  (reads like contextlib's own)
    """Run the application's own code: what it prints goes to standard error, what it raises
    becomes one sentence. A fault of the policy stays one, and is not logged a second time."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._log = import_module("logging").getLogger("bartizan")
        self._redirect = redirect_stdout(sys.stderr)

    def __enter__(self) -> None:
        gc.enable()
        self._log.addFilter(_nothing)
        self._redirect.__enter__()

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        self._redirect.__exit__(kind, error, trace)
        self._log.removeFilter(_nothing)
        if isinstance(error, PolicyError | click.ClickException | KeyboardInterrupt):
            return
        if isinstance(error, BaseException):
            raise Unasked(_sentence(self._title, error)) from error


def find(ctx: click.Context, named: str) -> Application | None:
    """The application that is named, else the environment's; ``None`` where there is none.

    Raises `Unasked` where it cannot be imported, ``PolicyError`` where its policy refuses it.
    """
    if not named and hasattr(ctx.obj, "load_app"):  # `flask bartizan …` knows its application
        with quietly("the application of flask"):
            target = ctx.obj.load_app()
        return _known(target.import_name, target)
    title = named or os.environ.get("BARTIZAN_APP") or os.environ.get("FLASK_APP") or ""
    if title:
        return _loaded(title)
    settings = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    if settings:
        _here()
        return Application(settings, DJANGO, None)
    return None


def _loaded(title: str) -> Application:
    """Import it. A Django project whose own gate refuses can still be looked at whole: all that
    is asked of it stands in its settings."""
    try:
        with quietly(title):
            return _known(title, load(title))
    except PolicyError:
        if not os.environ.get("DJANGO_SETTINGS_MODULE"):
            raise
        return Application(title, DJANGO, None)


def load(named: str) -> Any:
    """Import ``module:name``, ``module:factory()``, ``module`` or ``path/to/file.py:name``."""
    module_name, _, name = named.partition(":")
    module = _module(module_name)
    if not name:
        name = next((usual for usual in USUAL if hasattr(module, usual)), "")
        if not name:
            raise Unasked(
                f"{named} has no `app` and no `create_app`: name it, {module_name}:NAME. "
                "A Django project is named by DJANGO_SETTINGS_MODULE alone"
            )
    return _made(module, name, named)


def _module(name: str) -> ModuleType:
    path = Path(name)
    if path.suffix == ".py" or os.sep in name:
        sys.path.insert(0, str(path.resolve().parent))
        name = path.stem
    _here()
    try:
        return import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name is None or not f"{name}.".startswith(f"{missing.name}."):
            raise
        near = nearest(name, [file.stem for file in Path.cwd().glob("*.py")])
        hint = f": did you mean `{near}`?" if near else f" in {Path.cwd()} or on the path"
        raise Unasked(f"there is no module `{missing.name}`{hint}") from None


def _made(module: ModuleType, expression: str, named: str) -> Any:
    """The object that ``name`` or ``name("literal", …)`` means; a factory is called."""
    try:
        tree = ast.parse(expression, mode="eval").body
        call = tree if isinstance(tree, ast.Call) else None
        name = ast.unparse(call.func if call else tree)
        given = [ast.literal_eval(each) for each in call.args] if call else []
        words = (
            {each.arg or "": ast.literal_eval(each.value) for each in call.keywords} if call else {}
        )
    except (SyntaxError, ValueError):
        raise Unasked(f"{named}: write module:app or module:create_app()") from None
    target: Any = module
    for part in name.split("."):
        if not hasattr(target, part):
            near = nearest(part, dir(target))
            hint = f": did you mean `{near}`?" if near else ""
            raise Unasked(f"`{module.__name__}` has no `{part}`{hint}")
        target = getattr(target, part)
    if call:
        return target(*given, **words)
    return target() if callable(target) and _framework(target) is None else target


def _known(title: str, target: Any) -> Application:
    framework = _framework(target)
    if framework is None and os.environ.get("DJANGO_SETTINGS_MODULE"):
        framework = DJANGO
    if framework is None:
        raise Unasked(
            f"{title} is a {type(target).__name__}: neither a Flask application nor a Django one"
        )
    return Application(title, framework, target)


def _framework(target: Any) -> Framework | None:
    roots = {base.__module__.partition(".")[0] for base in type(target).__mro__}
    if type(target).__module__.startswith("bartizan.django"):
        roots.add("django")
    return next((each for each in FRAMEWORKS if not roots.isdisjoint(each.roots)), None)


def _here() -> None:
    """Modules of the working directory can be imported, as ``flask`` and ``python -m`` do it."""
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)


def _sentence(title: str, error: BaseException) -> str:
    """What the application's own code raised, and where."""
    traceback = import_module("traceback")
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith("<") and f"{os.sep}bartizan{os.sep}" not in frame.filename
    ]
    at = f" at {short(own[-1].filename)}:{own[-1].lineno}" if own else ""
    return f"{title} cannot be asked: {type(error).__name__}{at}: {error}"
