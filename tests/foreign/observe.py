"""Runs the suite of an application in a process of its own, bare or observed."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.model.event import Event
from bartizan.watch.reader import read
from tests.foreign.apps import HERE, App

PYTHON: Final = HERE / "venv" / "bin" / "python"
PLUGIN: Final = Path(__file__).with_name("plugin")
LONGEST: Final = 170
"""Seconds after which a suite is given up."""

THEIRS: Final = """\
from {target} import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ROOT_URLCONF = {urlconf!r} or ROOT_URLCONF
"""
"""Settings for every run: what a suite says of itself, and passwords that cost nothing."""

OURS: Final = """\
from their_settings import *

MIDDLEWARE = ["bartizan.django.Outside", *MIDDLEWARE, "bartizan.django.Inside"]
INSTALLED_APPS = [*INSTALLED_APPS, "bartizan.django"]
BARTIZAN = {{"POLICY": {policy!r}, "EVENTS": {events!r}}}
"""
"""The lines that a user adds, in a file of their own."""


class Observed(Struct, frozen=True):
    """What one run of a suite was like."""

    outcomes: dict[str, str]
    """How each test ended, by its name."""
    heard: dict[str, int]
    """How many requests the framework was asked to serve."""
    events: tuple[Event, ...]
    """What the guard wrote."""
    said: str
    """What pytest printed."""

    @property
    def seen(self) -> int:
        """How many requests the events stand for."""
        return sum(event.count for event in self.events if event.outcome != "log")


class Place:
    """A copy of an application's source, and the runs of its suite."""

    def __init__(self, app: App, place: Path) -> None:
        self.app = app
        self.out = place
        shutil.copytree(HERE / "src" / app.package, place / "src")
        self.home = place / "src" / app.home

    def environment(self, out: Path, how: str) -> dict[str, str]:
        """What a process is told."""
        found = [str(PLUGIN), str(out), *(str(self.home / path) for path in self.app.paths)]
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "PYTHONPATH": os.pathsep.join(found),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OBSERVE_OUT": str(out),
            "OBSERVE_HOW": how,
            "OBSERVE_FACE": self.app.framework,
        }

    def bartizan(self, out: Path, *words: str) -> str:
        """Run a verb before the application; what it says."""
        env = self.environment(out, "bare")
        named = (self.app.target,)
        if self.app.framework != "flask":
            env["DJANGO_SETTINGS_MODULE"], named = "their_settings", ()
        ran = subprocess.run(
            [PYTHON.with_name("bartizan"), words[0], *named, *words[1:]],
            cwd=self.home, env=env, capture_output=True, text=True, timeout=LONGEST, check=False,
        )  # fmt: skip
        assert ran.returncode in (0, 3), f"{words}: {ran.returncode}\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    def run(self, how: str) -> Observed:
        """The suite, ``bare``, in ``shadow`` or ``bypassed``."""
        out = self.out / how
        out.mkdir()
        told = ["-p", "no:django"]
        if self.app.framework != "flask":
            told = [f"--ds={self.settings(out, how)}"]
        if how != "bare" and self.app.target:
            self.bartizan(out, "init", "--output", str(out / "bartizan.toml"))
        ran = subprocess.run(
            [PYTHON, "-m", "pytest", "-q", "-o", "addopts=", "-p", "no:cacheprovider",
             "-p", "bartizan_observing", *told, *self.app.suite],
            cwd=self.home, env=self.environment(out, how), capture_output=True, text=True,
            timeout=LONGEST, check=False,
        )  # fmt: skip
        said = ran.stdout + ran.stderr
        assert (out / "found.json").exists(), said
        found = json.loads((out / "found.json").read_text())
        events = tuple(read(out / "events")) if (out / "events").is_dir() else ()
        return Observed(found["outcomes"], found["heard"], events, said)

    def settings(self, out: Path, how: str) -> str:
        """Write the settings of a run; the module that it uses."""
        theirs = THEIRS.format(target=self.app.target, urlconf=self.app.urlconf)
        (out / "their_settings.py").write_text(theirs)
        policy, events = str(out / "bartizan.toml"), str(out / "events")
        (out / "our_settings.py").write_text(OURS.format(policy=policy, events=events))
        return "their_settings" if how == "bare" else "our_settings"
