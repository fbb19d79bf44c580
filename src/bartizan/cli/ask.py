"""``bartizan ask``: a question to the policy, and what each row of the order table says to it."""

import json
from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any, Final

import click

from bartizan.cli import answer_json, answer_text, check_json, exits
from bartizan.cli.answering import Asked
from bartizan.cli.application import Application, find
from bartizan.cli.checking import HERE
from bartizan.cli.faulty import refuse, tell
from bartizan.cli.screen import say
from bartizan.enforce.ask import ask
from bartizan.enforce.start import bound_forms
from bartizan.policy import words
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from bartizan.policy.nearest import nearest
from bartizan.policy.rules import Expect, Place, Policy
from bartizan.schemas.form import Form

SHOW: Final = {"text": answer_text.page, "json": answer_json.page}
TYPED: Final = Place("the command line", 1, 1)


def _words(_ctx: click.Context, _option: click.Parameter, given: tuple[str, ...]) -> Any:
    """Scopes and roles: repeated, or in one text with spaces or commas."""
    return tuple(word for text in given for word in text.replace(",", " ").split())


def _address(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    try:
        return str(ip_address(given))
    except ValueError:
        raise click.BadParameter(f"{given!r} is no address") from None


def _body(_ctx: click.Context, _option: click.Parameter, given: str | None) -> Any:
    if given is None:
        return None
    try:
        return json.loads(given)
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"this is no JSON: {error}") from None


def _question(_ctx: click.Context, _option: click.Parameter, given: str) -> words.Asked:
    try:
        return words.ask(given)
    except words.WordFault as fault:
        raise click.BadParameter(fault.message) from None


@click.command(
    name="ask",
    epilog='\b\nExamples:\n  bartizan ask "GET /orders/7"\n'
    '  bartizan ask "POST /orders" --as alice --roles staff',
)
@click.argument("question", callback=_question)
@click.option("--as", "subject", default="", metavar="ID", help="who asks; nobody without it")
@click.option("--identity", default="", metavar="NAME", help="how they signed in")
@click.option("--scopes", multiple=True, callback=_words, metavar="WORDS", help="their scopes")
@click.option("--roles", multiple=True, callback=_words, metavar="WORDS", help="their roles")
@click.option("--tenant", metavar="ID", help="their tenant")
@click.option(
    "--client", default="192.0.2.1", callback=_address, metavar="ADDRESS", help="from where"
)
@click.option("--host", default="", help="the Host; else the first that is served")
@click.option("--body", callback=_body, metavar="JSON", help="a JSON body")
@click.option("--http", is_flag=True, help="over plain http")
@click.option("--app", default="", metavar="APP", help="binds the forms of bodies: module:app")
@click.option("--policy", "file", default="", metavar="FILE", help="the policy to ask")
@click.option(
    "--format", "form", type=click.Choice(tuple(SHOW)), default="text", help="how to say it"
)
@click.pass_context
def command(
    ctx: click.Context,
    /,
    question: words.Asked,
    app: str,
    file: str,
    form: str,
    http: bool,
    **who: Any,
) -> None:
    """Ask who may do what: "GET /orders/7?page=2", below the API's base. Counters are empty.
    The exit code is 0 for yes and for no, and 4 where it hangs on a body: without an application
    that is not read.
    """
    try:
        policy, forms = _read(find(ctx, app), file)
    except PolicyError as error:
        if form == "json":
            code = exits.of_faults(fault.code for fault in error.faults)
            say(check_json.refusal(error.faults, code))
            ctx.exit(code)
        tell(error.faults)
        ctx.exit(refuse(file or HERE, error.faults))
    _identity(policy, who["identity"])
    if not who["subject"] and any(who[key] for key in ("scopes", "roles", "tenant", "identity")):
        raise click.UsageError("say --as: nobody has no scopes, roles, tenant or identity", ctx)
    expect = Expect(
        method=question.method,
        path=policy.api.base + question.path,
        query=question.query,
        answer=None,
        place=TYPED,
        scheme="http" if http else "https",
        **who,
    )
    asked = Asked(policy, expect, ask(policy, expect, forms))
    say(SHOW[form](asked))
    ctx.exit(exits.EVIDENCE if asked.answered.unread else exits.HELD)


def _read(application: Application | None, file: str) -> tuple[Policy, Mapping[str, Form]]:
    """The policy and the forms that bodies are read with. Raises ``PolicyError``."""
    if application is None:
        policy = load(file or HERE)
        return policy, bound_forms(policy, {}, [])
    found = application.read(load(file) if file else None)
    return found.policy, bound_forms(found.policy, found.bind, [])


def _identity(policy: Policy, name: str) -> None:
    """A name that the policy does not know is a slip, and its answer would mislead."""
    if name and name not in policy.identities:
        near = nearest(name, policy.identities)
        hint = (
            f" Did you mean '{near}'?" if near else f" There are: {', '.join(policy.identities)}."
        )
        raise click.UsageError(f"The policy has no identity '{name}'.{hint}")
