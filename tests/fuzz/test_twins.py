"""Each target finds the fault that it is there for: what it looks at is broken on purpose."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bartizan.credentials.jwt import Verifier
from bartizan.credentials.keys import KeyFault
from bartizan.model.subject import Subject
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads
from bartizan.policy.schema import json_schema
from tests.fuzz import bearers, policies, spooling, talking
from tests.fuzz.loop import blind
from tests.fuzz.shop import faces
from tests.fuzz.table import TARGETS

Break = Callable[[pytest.MonkeyPatch], None]

INPUTS = 600


def _strict_schema(patch: pytest.MonkeyPatch) -> None:
    """A schema that does not know decoys."""
    schema = json_schema()
    ((_, form),) = schema["properties"]["operations"]["patternProperties"].items()
    del form["properties"]["decoy"]
    patch.setattr(policies, "json_schema", lambda: schema)


def _lost_places(patch: pytest.MonkeyPatch) -> None:
    """Faults that point behind the file."""

    def lost(text: str, file: str) -> Any:
        try:
            return loads(text, file)
        except PolicyError as error:
            raise PolicyError(
                [replace(it, place=replace(it.place, line=10_000)) for it in error.faults]
            ) from None

    patch.setattr(policies, "loads", lost)


def _other_meaning(patch: pytest.MonkeyPatch) -> None:
    """A `show` that loses the operations."""
    patch.setattr(policies, "show", lambda _: '[api]\nname = "x"\nhosts = ["x"]\n'
                                              '[stores]\nlimits = "memory://"\n')  # fmt: skip


def _open_face(patch: pytest.MonkeyPatch) -> None:
    """One face lets everybody in."""

    @contextmanager
    def opened(folder: Path, forwarded: str = "") -> Iterator[Mapping[str, Any]]:
        with faces(folder, forwarded) as four:
            asked = four["flask"].ask

            def ask(sent: Any) -> Any:
                seen = asked(sent)
                event = replace(seen.event, reason="", outcome="permit", status=200)
                return replace(seen, reason="permit", status=200, body=b'{"client": "192.0.2.1"}',
                               headers=(), event=event)  # fmt: skip

            four["flask"].ask = ask  # type: ignore[method-assign]
            yield four

    patch.setattr(talking, "faces", opened)


def _credulous(patch: pytest.MonkeyPatch) -> None:
    """A verifier that believes everybody."""
    patch.setattr(Verifier, "verify", lambda *_: Subject("main", "alice"))


def _forgetful(patch: pytest.MonkeyPatch) -> None:
    """A verifier that remembers the tokens that it refused."""
    patch.setattr(Verifier, "remembered", lambda *_: Subject("main", "alice"))


def _talkative(patch: pytest.MonkeyPatch) -> None:
    """A reader of keys that repeats them in its fault."""

    def told(identity: Any) -> Any:
        raise KeyFault(Path(identity.keys[0].removeprefix("file:")).read_text("latin-1"))

    patch.setattr(bearers, "open_ring", told)


def _blind_reader(patch: pytest.MonkeyPatch) -> None:
    """A reader that does not know a line of ours."""
    patch.setattr(spooling, "decode", lambda _line: None)


BROKEN: tuple[tuple[str, Break, str], ...] = (
    ("policy", _strict_schema, "the schema refuses a policy that loads"),
    ("policy", _lost_places, "in line 10000 of"),
    ("policy", _other_meaning, "means something else"),
    *((name, _open_face, "flask: 200 permit") for name in (
        "target", "query", "header", "body", "x-forwarded", "forwarded")),
    ("token", _credulous, "we accept what joserfc refuses"),
    ("claims", _credulous, "we accept what joserfc refuses"),
    ("claims", _forgetful, "a refused token is remembered"),
    ("keys", _talkative, "the key stands in the fault"),
    ("events", _blind_reader, "is not read back"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "broken", "said"), BROKEN, ids=lambda it: getattr(it, "__name__", it)
)
def test_a_broken_twin_is_found(
    name: str, broken: Break, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(monkeypatch)
    target = next(one for one in TARGETS if one.name == name)
    blind(target, tmp_path, INPUTS, seed=1)
    assert said in "".join(file.read_text() for file in tmp_path.iterdir())


def test_every_target_has_a_twin() -> None:
    assert {name for name, _, _ in BROKEN} == {target.name for target in TARGETS}
