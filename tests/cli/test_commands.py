"""What holds for every command, also for those that are still to come: they are asked of the table.

Help fits a screen and its examples run; a slip in a verb or an option is told with what was
meant; and each exit code that a command can end with is seen once.
"""

import random
import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest

from bartizan.cli import exits
from bartizan.cli.group import VERBS, bartizan
from tests.cli.stage import edit, run
from tests.policy.test_typos import slips

Words = tuple[str, ...]


def commands(above: click.Command = bartizan, words: Words = ()) -> Iterator[tuple[Words, Any]]:
    """Every command, groups among them, by the words that call it."""
    yield words, above
    if isinstance(above, click.Group):
        ctx = click.Context(above, **bartizan.context_settings)
        for name in above.list_commands(ctx):
            with suppress(click.UsageError):  # the first test names a verb that is not there
                below = above.get_command(ctx, name)
                assert below is not None
                yield from commands(below, (*words, name))


COMMANDS = dict(commands())
LEAVES = {words: one for words, one in COMMANDS.items() if not isinstance(one, click.Group)}
GROUPS = {words: one for words, one in COMMANDS.items() if isinstance(one, click.Group)}
OPTIONS = [
    (words, option)
    for words, one in COMMANDS.items()
    for parameter in one.params
    if isinstance(parameter, click.Option)
    for option in parameter.opts
    if option.startswith("--")
]


def test_every_verb_of_the_table_is_there() -> None:
    assert {words[0] for words in COMMANDS if words} == {verb.name for verb in VERBS}
    assert len(OPTIONS) > len(LEAVES)


# ------------------------------------------------------------------ help


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_fits_a_screen(words: Words) -> None:
    ran = run(*words, "--help")
    lines = ran.out.splitlines()
    assert (ran.rc, ran.err) == (0, "")
    assert len(lines) <= 24, len(lines)
    assert max(map(len, lines)) <= 80


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_help_shows_two_examples_of_the_command(words: Words) -> None:
    examples = re.findall(r"^ +bartizan (.+)$", run(*words, "--help").out, re.M)
    own = [one for one in examples if tuple(shlex.split(one)[: len(words)]) == words]
    assert len(own) >= 2, examples


@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_every_option_says_what_it_is_for(words: Words) -> None:
    for parameter in LEAVES[words].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


# ------------------------------------------------------------------ slips


def near(word: str, known: set[str]) -> list[str]:
    """Some slips of a word, none of them a word itself or the beginning of one option alone."""
    tried = [slip for slip in slips(word) if slip not in known and not word.startswith(slip)]
    return random.Random(word).sample(tried, 4)


@pytest.mark.parametrize("words", GROUPS, ids=" ".join)
def test_a_slip_in_a_verb_is_told_with_the_right_one(words: Words) -> None:
    group = GROUPS[words]
    names = set(group.list_commands(click.Context(group)))
    for name in names:
        for slip in near(name, names):
            ran = run(*words, slip)
            assert (ran.rc, ran.out) == (exits.WRONG, ""), slip
            if len(name) > 3:  # `tp` is as near to `top` as to nothing
                assert name in _meant(ran.err), (slip, ran.err)


@pytest.mark.parametrize(("words", "option"), OPTIONS, ids=lambda it: str(it))
def test_a_slip_in_an_option_is_told_with_the_right_one(words: Words, option: str) -> None:
    known = {word for one, word in OPTIONS if one == words}
    for slip in near(option[2:], {word[2:] for word in known}):
        ran = run(*words, f"--{slip}")
        assert (ran.rc, ran.out) == (exits.WRONG, ""), slip
        assert option in _meant(ran.err), (slip, ran.err)


def _meant(err: str) -> list[str]:
    """The words that are suggested."""
    (said,) = re.findall(r"(?:Did you mean|Possible options:)\s(.*)", " ".join(err.split())) or [""]
    return re.findall(r"[-\w]+", said)


# ------------------------------------------------------------------ exit codes


def test_the_table_of_exit_codes_is_in_the_help() -> None:
    page = run("--help").out
    for code, meaning in exits.MEANINGS:
        assert re.search(rf"\b{code} +{re.escape(meaning)}", page)
    told = {value for name, value in vars(exits).items() if name.isupper() and type(value) is int}
    assert told == {code for code, _ in exits.MEANINGS}


def _raising(fault: type[BaseException]) -> Any:
    def callback(*_: object, **__: object) -> None:
        raise fault("secret-value")

    return callback


FAULTS: Mapping[int, type[BaseException]] = {
    exits.BUG: ZeroDivisionError,
    exits.INTERRUPTED: KeyboardInterrupt,
}


NEEDED = {("ask",): "GET /", ("why",): "k7f3q2zdx9-1"}
"""What a command cannot be called without."""


@pytest.mark.parametrize("code", FAULTS)
@pytest.mark.parametrize("words", LEAVES, ids=" ".join)
def test_a_fault_of_ours_and_an_interruption(
    words: Words, code: int, monkeypatch: pytest.MonkeyPatch, shop: Path
) -> None:
    monkeypatch.setattr(LEAVES[words], "callback", _raising(FAULTS[code]))
    needed = [parameter for parameter in LEAVES[words].params if parameter.required]
    ran = run(*words, *(NEEDED[words] for _ in needed))
    assert (ran.rc, ran.out) == (code, "")
    assert "secret-value" not in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_held_and_wrong_usage(words: Words) -> None:
    assert run(*words, "--help").rc == exits.HELD
    assert run(*words, "--zzzzzzzz").rc == exits.WRONG


ENDINGS: tuple[tuple[int, str, tuple[str, str], str], ...] = (
    (exits.HELD, "check shop:app", ("", ""), "rc 0"),
    (exits.BROKEN, "check shop:app", ("answer = 401", "answer = 403"), "P506"),
    (exits.WRONG, "check shop:app", ("flood =", "floood ="), "did you mean `flood`?"),
    (exits.WRONG, "check shp:app", ("", ""), "shp"),
    (exits.EVIDENCE, "check", ("", ""), "not exercised"),
    (exits.HELD, "ask 'GET /orders/7'", ("", ""), "refused"),
    (exits.WRONG, "ask GET", ("", ""), "a question reads"),
    (exits.WRONG, "ask 'GET /orders/7'", ("flood =", "floood ="), "did you mean `flood`?"),
    (exits.EVIDENCE, "ask 'POST /orders' --as b --scopes orders:write --body {}", ("", ""), "body"),
    (exits.HELD, "explain D101", ("", ""), "D101"),
    (exits.HELD, "explain", ("", ""), "P103"),
    (exits.WRONG, "explain D1191", ("", ""), "D1101"),
    (exits.HELD, "policy show", ("", ""), "[api]"),
    (exits.WRONG, "policy show", ("flood =", "floood ="), "did you mean `flood`?"),
    (exits.WRONG, "policy show nowhere.toml", ("", ""), "nowhere.toml"),
    (exits.HELD, "policy schema", ("", ""), "json-schema.org"),
    (exits.HELD, "policy schema --output new.json", ("", ""), "new.json written"),
    (exits.WRONG, "policy schema --output no/such/folder.json", ("", ""), "cannot be written"),
    (exits.HELD, "init shop:app --output new.toml", ("", ""), "new.toml"),
    (exits.WRONG, "init shop:app", ("", ""), "bartizan.toml"),
    (exits.WRONG, "init --output new.toml", ("", ""), "name the application"),
    (exits.HELD, "demo", ("", ""), "HOLE"),
    (exits.EVIDENCE, "tail --no-follow", ("", ""), ""),
    (exits.EVIDENCE, "top --once", ("", ""), ""),
    (exits.WRONG, "why nonsense", ("", ""), ""),
)  # fmt: skip
"""Code, command, what is changed in the policy, and a word that is then said."""


@pytest.mark.parametrize(("code", "command", "change", "said"), ENDINGS, ids=lambda it: str(it))
def test_how_a_command_ends(
    shop: Path, code: int, command: str, change: tuple[str, str], said: str
) -> None:
    if change[0]:
        edit(shop / "bartizan.toml", *change)
    ran = run(*shlex.split(command))
    assert ran.rc == code, ran
    assert said.lower() in " ".join((ran.out + ran.err).split()).lower()


def test_every_command_has_its_endings() -> None:
    told = {
        tuple(command.split())[: len(words)] for _, command, _, _ in ENDINGS for words in LEAVES
    }
    assert told >= LEAVES.keys()
