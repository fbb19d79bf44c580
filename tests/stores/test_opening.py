"""Opening a store by its URI."""

import pytest

from bartizan.stores.memory import Memory
from bartizan.stores.opening import StoreFault, open_store


def test_memory() -> None:
    assert isinstance(open_store("memory://"), Memory)


@pytest.mark.parametrize(
    ("uri", "word"),
    [
        ("shared:///var/lib/bartizan", "not there in this version"),
        ("redis://:hunter2@example.com/0", "not there in this version"),
        ("rediss://:hunter2@example.com/0", "not there in this version"),
        ("memory:", "nothing more"),
        ("memory:///hunter2", "nothing more"),
        ("postgres://hunter2@example.com", "no store postgres://"),
        ("", "a store is a URI"),
        ("hunter2", "a store is a URI"),
        ("http://[", "a store is a URI"),
    ],
)
def test_anything_else_is_a_sentence_without_secrets(uri: str, word: str) -> None:
    with pytest.raises(StoreFault, match=word) as fault:
        open_store(uri)
    assert "hunter2" not in str(fault.value)
