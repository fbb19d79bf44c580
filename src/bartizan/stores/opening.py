"""From a URI to a store: called once, at the edge of the program."""

from urllib.parse import urlsplit

from bartizan.stores.memory import Memory
from bartizan.stores.port import Store


class StoreFault(Exception):  # noqa: N818  (the word of this house)
    """The store cannot be opened. Its text is a sentence for the operator."""


def open_store(uri: str) -> Store:
    """The store behind a URI. Raises StoreFault for all but ``memory://``.

    The sentence never repeats the URI as a whole: it may hold a password.
    """
    if uri == "memory://":
        return Memory()
    try:
        scheme = urlsplit(uri).scheme
    except ValueError:
        scheme = ""
    if scheme == "memory":
        raise StoreFault('the store memory:// takes nothing more: write limits = "memory://"')
    if scheme in ("shared", "redis", "rediss"):
        raise StoreFault(
            f'the store {scheme}:// is not there in this version: write limits = "memory://", '
            "which counts in each process apart"
        )
    raise StoreFault(
        f"there is no store {scheme}://" if scheme else 'a store is a URI, such as "memory://"'
    )
