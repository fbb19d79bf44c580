"""Views are looked at, never run."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from bartizan.enforce.views import takes_subject, where

subject = object()
me = subject


def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(view)
    def inner(*args: Any) -> Any:
        return view(*args)

    return inner


def hidden(view: Callable[..., Any]) -> Callable[..., Any]:
    """A decorator that does not say what it wraps."""
    return lambda *args: view(*args)


def attribute(request: Any) -> Any:
    return request.subject.id


def permit(request: Any) -> Any:
    return request.decision.input


def by_global() -> Any:
    return subject


def by_import() -> Any:
    from bartizan.flask import subject as asking

    return asking


def nested(request: Any) -> Any:
    return [(lambda: request.subject) for _ in range(1)]


async def coroutine(request: Any) -> Any:
    return request.subject


def renamed() -> Any:
    return me


def plain(request: Any) -> Any:
    """A view that talks of its subject in words, and has a variable of that name."""
    subject = request.user
    return {"subject": subject}


def form(request: Any) -> Any:
    """A form with a field of that name, in a view, and a message."""

    class Form:
        subject = str(request.path)

    message = request.message
    message.subject = "order"
    return Form, message.subject.strip(), message.subject


class Base:
    def helper(self) -> Any:
        return self.request.subject  # type: ignore[attr-defined]


class Inherits(Base):
    def get(self) -> Any:
        return self.helper()


class Plain:
    def get(self) -> Any:
        return None

    def __call__(self, request: Any) -> Any:
        return request.user


class ByCall:
    def __call__(self, request: Any) -> Any:
        return request.subject


def as_view(cls: type) -> Callable[..., Any]:
    def view(request: Any) -> Any:
        return cls().get()

    return view


@pytest.mark.parametrize(
    "view",
    [
        attribute, permit, by_global, by_import, nested, coroutine, decorated(attribute),
        hidden(attribute), decorated(hidden(attribute)), functools.partial(attribute, 1),
        as_view(Inherits), decorated(as_view(Inherits)), ByCall(), Inherits().helper,
    ],
)  # fmt: skip
def test_a_view_that_takes_our_subject_is_found(view: Any) -> None:
    assert takes_subject(view)


@pytest.mark.parametrize("view", [plain, form, Plain(), as_view(Plain), renamed, len, None, 7])
def test_a_view_that_does_not_is_let_be(view: Any) -> None:
    assert not takes_subject(view)


def test_an_object_that_stands_for_it_is_known_under_any_name() -> None:
    assert takes_subject(renamed, known=(subject,))
    assert not takes_subject(plain, known=(subject,))


@pytest.mark.parametrize(
    "view",
    [
        attribute,
        decorated(attribute),
        functools.partial(attribute, 1),
        decorated(decorated(attribute)),
    ],
)
def test_the_line_is_the_views_own(view: Any) -> None:
    assert where(view) == f"{__file__}:{attribute.__code__.co_firstlineno}"


def test_the_line_of_a_class_is_that_of_its_method() -> None:
    view = as_view(Plain)
    view.view_class = Plain  # type: ignore[attr-defined]
    assert where(view) == f"{__file__}:{Plain.get.__code__.co_firstlineno}"


@pytest.mark.parametrize("view", [None, len, object()])
def test_what_has_no_line_says_so(view: Any) -> None:
    assert where(view) == "?"
