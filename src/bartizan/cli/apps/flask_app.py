"""A Flask application as ``bartizan check`` sees it."""

from pathlib import Path

from flask import Flask

from bartizan.cli.application import Found
from bartizan.cli.starting import Beginning
from bartizan.flask.extension import gate_of
from bartizan.flask.neighbours import around, met
from bartizan.flask.outline import outline
from bartizan.flask.routes import resolver, served
from bartizan.policy.load import load
from bartizan.policy.routes import survey
from bartizan.policy.rules import Policy


def read(app: Flask, policy: Policy | None) -> Found:
    """Hold it against a policy, its own where none is given. Raises ``PolicyError``."""
    try:
        gate = gate_of(app)
    except LookupError as unguarded:
        chosen = policy or load("bartizan.toml")
        beside = met(around(app), chosen)
        found = survey(chosen, served(app), resolver(app))
        return Found(chosen, {}, found, str(unguarded), beside)
    chosen = policy or gate.policy
    found = survey(chosen, served(app), resolver(app))
    return Found(chosen, gate.bind, found, neighbours=gate.neighbours(chosen))


def log(app: Flask, policy: Policy | None) -> tuple[Policy, str]:
    """Its policy, and where it keeps its events. Raises ``PolicyError``."""
    try:
        chosen = policy or gate_of(app).policy
    except LookupError:
        chosen = load("bartizan.toml")
    return chosen, app.config.get("BARTIZAN_EVENTS") or chosen.stores.events


def begin(app: Flask, title: str) -> Beginning:
    """What a first policy needs to know about it."""
    return Beginning(outline(app, title), Path(app.root_path), _line)


def _line(policy: str) -> list[str]:
    """The code that puts the guard before it."""
    given = "" if policy == "bartizan.toml" else f', policy="{policy}"'
    return ["from bartizan.flask import Bartizan", f"Bartizan(app{given})"]
