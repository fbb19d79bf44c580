"""Verified claims that nobody can change: a warm token hands the same ones to many requests."""

from typing import Any, NoReturn


class Claims(dict[str, Any]):
    """A dictionary that reads like any other and refuses to be written. Lists become tuples.

    Copies (``dict(claims)``, ``copy.deepcopy``, pickles) are ordinary dictionaries.
    """

    __slots__ = ()

    def _refuse(self, *_: object, **__: object) -> NoReturn:
        raise TypeError("verified claims are read-only; work on a copy: dict(subject.claims)")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, _memo: object) -> dict[str, Any]:
        copy: dict[str, Any] = thaw(self)
        return copy

    def __reduce__(self) -> tuple[type, tuple[dict[str, Any]]]:
        return dict, (thaw(self),)


def freeze(value: dict[str, Any]) -> Claims:
    """Freeze a JSON object at every depth."""
    frozen = Claims(value)
    for name, member in value.items():
        if type(member) is list or type(member) is dict:
            dict.__setitem__(frozen, name, _freeze(member))
    return frozen


def thaw(claims: Any) -> Any:
    """An ordinary copy at every depth, as JSON would read it."""
    if isinstance(claims, dict):
        return {name: thaw(member) for name, member in claims.items()}
    if isinstance(claims, tuple):
        return [thaw(member) for member in claims]
    return claims


def _freeze(value: Any) -> Any:
    if type(value) is list:
        return tuple([_freeze(member) for member in value])
    if type(value) is dict:
        return freeze(value)
    return value
