"""A form is what a body must look like: three vocabularies, one strict meaning.

Everything a stranger sends goes through :class:`Form`. Whichever vocabulary a form is written
in, a field that nobody declared is refused at every depth, no value changes its type, and a
violation never repeats what was sent (OWASP API3:2023; RFC 9457 section 5).
"""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, Protocol

from msgspec import Struct

from bartizan.model.decision import Violation


class Malformed(Struct, frozen=True, gc=False):
    """The bytes are no strict JSON, or the text no strict query: a 400."""


class Invalid(Struct, frozen=True):
    """It can be read and is not as declared: a 422."""

    violations: tuple[Violation, ...]
    """What is wrong, 20 at most; never a value that was sent, nor a name."""


MALFORMED: Final = Malformed()


class Form(Protocol):
    """What a body must look like, ready to be asked."""

    def read(self, body: bytes) -> Any:
        """The validated value, or :class:`Malformed`, or :class:`Invalid`. Never raises."""


class FormFault(Exception):  # noqa: N818  (a fault is a word of ours)
    """A bound type or schema that cannot be enforced: one sentence, with what to do."""


class Vocabulary(Struct, frozen=True):
    """One way to write a form."""

    title: str
    """What people call it."""
    module: str
    """The module that binds it, imported only where it is used."""
    extra: str
    """What to install for it."""
    speaks: Callable[[Any], bool]
    """Whether a bound thing is written in it."""


def _is_schema(bound: Any) -> bool:
    return isinstance(bound, dict | str | Path)


def _is_pydantic(bound: Any) -> bool:
    """Nothing can be pydantic's before pydantic is imported."""
    return "pydantic" in sys.modules and (
        hasattr(bound, "__pydantic_validator__") or type(bound).__name__ == "TypeAdapter"
    )


def _is_anything(_bound: Any) -> bool:
    return True


VOCABULARIES: Final = (
    Vocabulary("JSON Schema", "bartizan.schemas.json_schema", "bartizan[schema]", _is_schema),
    Vocabulary("pydantic", "bartizan.schemas.pydantic_type", "bartizan[pydantic]", _is_pydantic),
    Vocabulary("msgspec", "bartizan.schemas.msgspec_type", "bartizan", _is_anything),
)
"""Every vocabulary, in the order in which a bound thing is offered to them."""


def form(bound: Any, name: str) -> Form:
    """Bind a type or a schema under the name that the policy gives it.

    ``bound`` is a ``msgspec.Struct`` or any type that msgspec can decode, a pydantic model,
    dataclass or ``TypeAdapter``, or a JSON Schema 2020-12 as a ``dict`` or the path of a file.
    Raises :class:`FormFault` where it cannot refuse unknown fields at every depth.
    """
    vocabulary = next(each for each in VOCABULARIES if each.speaks(bound))
    try:
        module = importlib.import_module(vocabulary.module)
    except ImportError as missing:
        raise FormFault(
            f"{name} is written in {vocabulary.title}, and {missing.name} is not installed: "
            f"pip install '{vocabulary.extra}'"
        ) from missing
    made: Form = module.bind(bound, name)
    return made
