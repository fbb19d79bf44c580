"""`bartizan ask` answers as the guard does, wherever a question can be put to it in its words.

A question that hangs on what `ask` has no words for (header lines, what was asked before, bytes
that are no JSON, a token that is refused) is left out; how many are put is counted.
"""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bartizan.credentials.jwt import Verifier
from bartizan.enforce.ask import ask
from bartizan.enforce.start import bound_forms, keys
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.model.subject import Subject
from bartizan.policy.rules import Expect, Place, Policy
from tests.conformance import tokens
from tests.conformance.asking import policy_of
from tests.conformance.bindings import BINDINGS
from tests.conformance.corpus import Corpus, Question, fill, questions

PLAIN = re.compile(r"(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*/?(?:\?[^#]*)?").fullmatch
UNSEEN = ("agreement", "output", "errors", "headers", "engine")
"""Controls that speak about what an application does."""
LEAST = 300
"""Questions that `ask` has words for."""


def worded(question: Question) -> bool:
    """Whether a question says nothing but what `ask` can be told."""
    wire, reason = question.wire, question.expected.reason
    honest = wire.type is wire.length is wire.hex is None and wire.endless
    odd = wire.chunked or wire.websocket or wire.peer_rewritten or wire.headers
    elsewhere = question.before or question.store or question.gaps or "{token}" in wire.target
    control = REASONS[reason].control if reason in REASONS else ""
    return bool(
        honest and not odd and not elsewhere
        and wire.peer and wire.host and PLAIN(fill(wire.target)) and wire.token != "none"
        and control not in UNSEEN and reason != "answer"
    )  # fmt: skip


def body(question: Question) -> Any:
    """The document that is sent; raises ``ValueError`` where it is none, or not as Python would
    write it."""
    if question.wire.body is None:
        return None
    text = fill(question.wire.body)
    try:
        document = json.loads(text)
    except RecursionError:
        raise ValueError(text) from None
    if document is None or len(json.dumps(document)) != len(text):
        raise ValueError(text)
    return document


def subject(question: Question, policy: Policy) -> Subject | None:
    """Who asks; raises ``ValueError`` where the credential is what is asked about."""
    recipe = question.wire.token
    if not isinstance(recipe, tokens.Recipe):
        return None
    token = tokens.Wallet(time.time()).take(recipe)
    who = Verifier(policy.identities, keys(policy, [])).verify(token)
    if not isinstance(who, Subject):
        raise ValueError(who)
    return who


def expectations(directory: Path) -> Iterator[tuple[Corpus, Question, Policy, Expect]]:
    """Every question that has words, in those words."""
    for corpus, question in questions():
        policy = policy_of(corpus.file, directory, corpus)
        if not worded(question) or policy.api.proxies or corpus.mounted:
            continue
        try:
            document, who = body(question), subject(question, policy)
        except ValueError:
            continue
        wire = question.wire
        path, _, query = fill(wire.target).partition("?")
        yield corpus, question, policy, Expect(
            wire.method, path, None, Place("asked", 1, 1),
            subject=who.id if who else "", identity=who.identity if who else "",
            scopes=tuple(who.scopes) if who else (), roles=tuple(who.roles) if who else (),
            tenant=who.tenant if who else None, query=query, body=document,
            client=wire.peer, host=wire.host, scheme=wire.scheme,
        )  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("asked")
    tokens.publish(made)
    return made


def test_ask_answers_what_the_guard_answers(directory: Path) -> None:
    count, other = 0, {}
    for corpus, question, policy, expect in expectations(directory):
        bound = {o.input for o in policy.operations if o.input and not o.input.startswith("file:")}
        forms = bound_forms(policy, {name: BINDINGS[name] for name in bound}, [])
        outcome = ask(policy, expect, forms).outcome
        got = outcome.reason.name if isinstance(outcome, Deny) else "permit"
        wanted = question.expected.reason
        if got != ("permit" if wanted == "pass" else wanted):
            other[f"{corpus.file}: {question.name}"] = (got, wanted)
        count += 1
    assert other == {}
    assert count >= LEAST
