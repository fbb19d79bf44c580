"""The command line as a whole: help, typos, exit codes, pipes, interruptions."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bartizan.cli import exits, policy
from bartizan.cli.group import VERBS
from tests.cli.stage import edit, plain, really, run

PAGES = [
    (),
    *((verb.name,) for verb in VERBS if verb.name not in ("policy",)),
    *(("policy", name) for name in policy.command.commands),
]


def test_help_fits_a_screen_and_shows_the_exit_codes() -> None:
    ran = run("--help")
    lines = ran.out.splitlines()
    assert ran.rc == 0
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    for code, meaning in exits.MEANINGS:
        assert re.search(rf"\b{code} +{re.escape(meaning)}", ran.out)
    for verb in VERBS:
        assert f"  {verb.name} " in ran.out


@pytest.mark.parametrize("words", [(), ("policy",)], ids=" ".join)
def test_without_a_verb_the_help_is_shown_once(words: tuple[str, ...]) -> None:
    ran = run(*words)
    assert (ran.rc, ran.out) == (2, "")
    assert ran.err.startswith(("Usage: bartizan VERB", "Usage: bartizan policy"))
    assert ran.err.count("Usage:") == 1
    assert "Error:" not in ran.err


@pytest.mark.parametrize("words", PAGES, ids=" ".join)
def test_examples_in_the_help_run(shop: Path, words: tuple[str, ...]) -> None:
    page = run(*words, "--help").out
    examples = re.findall(r"^ +bartizan (.+)$", page, re.M)
    assert len(examples) >= 2
    for example in examples:
        ran = run(*shlex.split(example))
        assert ran.rc in (exits.HELD, exits.EVIDENCE), (example, ran)


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (("chek",), "check"),
        (("explian",), "explain"),
        (("polcy",), "policy"),
        (("--versoin",), "--version"),
        (("check", "--polcy"), "--policy"),
        (("ask", "GET /", "--role", "x"), "--roles"),
        (("policy", "shw"), "show"),
    ],
)
def test_typos_are_suggested(words: tuple[str, ...], right: str) -> None:
    ran = run(*words)
    assert (ran.rc, ran.out) == (2, "")
    assert f"Did you mean '{right}'?" in ran.err or f"'{right}'" in ran.err


def test_a_word_that_is_near_nothing() -> None:
    ran = run("zzzzzzzz")
    assert ran.rc == 2
    assert "Did you mean" not in ran.err


def test_no_verb_is_wrong_usage() -> None:
    assert run().rc == 2


def test_version() -> None:
    assert re.fullmatch(r"bartizan \d+\.\d+\.\d+\n", run("--version").out)


# ------------------------------------------------------------------ exit codes


def test_one_command_for_each_exit_code(shop: Path) -> None:
    assert really("check", "shop:app", cwd=shop).rc == exits.HELD
    assert really("check", cwd=shop).rc == exits.EVIDENCE
    edit(shop / "bartizan.toml", "answer = 401", "answer = 403")
    assert really("check", "shop:app", cwd=shop).rc == exits.BROKEN
    edit(shop / "bartizan.toml", "flood =", "floood =")
    assert really("check", "shop:app", cwd=shop).rc == exits.WRONG


def test_broken_and_wrong_together() -> None:
    assert exits.of_faults(["R201", "P506"]) == 1
    assert exits.of_faults(["P506", "P103"]) == 2
    assert exits.of_faults([]) == 0


def _fail(*_: object, **__: object) -> None:
    raise KeyError("secret-value")


def test_a_fault_of_ours_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.cli.explain.every", _fail)
    ran = run("explain")
    assert ran.rc == exits.BUG
    assert "this is a fault of Bartizan's own (KeyError at " in ran.err
    assert "BARTIZAN_DEBUG=1" in ran.err
    assert "Traceback" not in ran.err
    assert "secret-value" not in ran.err
    shown = run("explain", BARTIZAN_DEBUG="1")
    assert shown.rc == exits.BUG
    assert "Traceback" in shown.err


def test_ctrl_c(shop: Path) -> None:
    edit(shop / "shop.py", "import msgspec", 'import time\nprint("here", flush=True)\n'
         "time.sleep(60)\nimport msgspec")  # fmt: skip
    with subprocess.Popen(
        [sys.executable, "-c", "from bartizan.cli import main; main()", "check", "shop:app"],
        cwd=shop, env=plain({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stderr is not None
        assert process.stderr.readline() == "here\n"
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == exits.INTERRUPTED
    assert (out, err.strip()) == ("", "interrupted")


@pytest.mark.parametrize("words", [("explain",), ("policy", "show"), ("check",), ("--help",)])
def test_a_reader_that_goes_away_changes_nothing(shop: Path, words: tuple[str, ...]) -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    with os.fdopen(theirs, "w") as gone:
        done = subprocess.run(
            [sys.executable, "-c", "from bartizan.cli import main; main()", *words],
            cwd=shop, env=plain({}), stdout=gone, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert done.stderr == ""
    assert done.returncode == (exits.EVIDENCE if words == ("check",) else exits.HELD)


# ------------------------------------------------------------------ at home in the frameworks


FLASK = (("check",), ("check", "--format", "json"), ("explain", "D101"))


@pytest.mark.parametrize("words", FLASK, ids=" ".join)
def test_flask_bartizan_asks_the_application_that_flask_has_found(
    shop: Path, words: tuple[str, ...]
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "shop:app", "bartizan", *words],
        cwd=shop, env=plain({}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "json" not in words or json.loads(done.stdout)["framework"] == "Flask"


def test_main_takes_the_words_of_manage_py(shop: Path) -> None:
    code = "from bartizan.cli import main; main(['explain', 'D101'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout.startswith("D101")


def test_a_policy_alone_needs_neither_framework_nor_cryptography(shop: Path) -> None:
    text = (shop / "bartizan.toml").read_text()
    (shop / "bartizan.toml").write_text(text[: text.index("[[expect]]")])
    code = (
        "import sys\nfrom bartizan.cli import main\n"
        "try: main(['check'])\n"
        "except SystemExit as end: assert end.code == 4\n"
        "heavy = {'flask', 'django', 'cryptography', 'werkzeug', 'pydantic', 'jsonschema_rs'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=shop, env=plain({}), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_help_imports_no_verb() -> None:
    code = (
        "import sys\nfrom bartizan.cli import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "sys.exit(' '.join(m for m in ('msgspec', 'bartizan.cli.check') if m in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1)
    assert done.stderr.strip() == ""
