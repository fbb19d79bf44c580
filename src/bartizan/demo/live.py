"""``make demo``: two shops on real servers, each bare and guarded, attacked side by side.

Legal traffic first, then the attack, then the events it caused, then three mistakes that look
like protection. Ends with status 0 when every guarded answer was the expected one, 1 when one was
not, 2 when the shops cannot be served here. On a terminal the shops then stay up for an hour, or
until Ctrl-C, with ready ``curl`` lines.
"""

import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.demo import mistakes, wire
from bartizan.demo.attack import ATTACK, LEGAL, Attack, Legal
from bartizan.demo.forged import purse
from bartizan.demo.issuer import Issuer
from bartizan.demo.serving import EXAMPLES, Shop, Unserved, shops
from bartizan.demo.terminal import cell, paint, say
from bartizan.model.event import Event
from bartizan.watch.fold import stands_for
from bartizan.watch.reader import read

HOUR: Final = 3600.0
TITLE: Final = 30


class Got(Struct, frozen=True):
    """What one shop answered to an attack."""

    status: int
    """HTTP status code."""
    hole: bool
    """Whether the attacker has what he wants."""
    decision: str
    """The decision id of the guard; empty where it did not speak."""


class Round(Struct, frozen=True):
    """One question with the answers of one framework."""

    attack: Attack
    """The question."""
    shop: Shop
    """Who was asked."""
    bare: Got
    """Without a guard."""
    guarded: Got
    """With one."""

    @property
    def held(self) -> bool:
        """Whether the guarded shop answered as it has to."""
        return not self.guarded.hole and self.guarded.status in self.attack.status


def main() -> int:
    """Run the show; the exit status says how it ended."""
    if not EXAMPLES.is_dir():
        say("make demo serves the two shops of a clone; `bartizan demo` needs nothing but itself.")
        return 2
    for ending in (signal.SIGTERM, signal.SIGHUP):  # the servers end with us
        signal.signal(ending, lambda number, _: sys.exit(128 + number))
    began, issuer = time.monotonic(), Issuer()
    try:
        with tempfile.TemporaryDirectory() as place, shops(Path(place), issuer) as served:
            wrong = show(served, purse(issuer))
            seconds = time.monotonic() - began
            say("", f"{seconds:.0f} s. Nothing left this machine.")
            if not wrong and sys.stdout.isatty():
                stay(served, purse(issuer))
    except Unserved as fault:
        say(paint("bad", str(fault)))
        return 2
    except KeyboardInterrupt:
        return 130
    return 1 if wrong else 0


def show(served: tuple[Shop, ...], tokens: dict[str, str]) -> int:
    """All four parts; how many answers were not as they have to be."""
    say(*heading(served))
    wrong = sum(1 for legal in LEGAL if not _legal(legal, served, tokens))
    say(*_head())
    rounds: list[Round] = []
    for number, attack in enumerate(ATTACK, 1):
        now = [_round(attack, number, shop, tokens) for shop in served]
        say(_line(attack, now))
        rounds += now
    say("", *counted(rounds))
    wrong += sum(not one.held for one in rounds)
    events = {shop.name: list(read(shop.events)) for shop in served}
    say("", *told(events))
    silent = list(unheard(rounds, events))
    say(*silent)
    shown = mistakes.run()
    say("", *mistakes.page(shown))
    return wrong + len(silent) + sum(not one.held for one in shown)


def heading(served: tuple[Shop, ...]) -> Iterator[str]:
    """Who is asked where: the target comes first."""
    yield paint("head", "One policy, two shops, each with it and without it, on 127.0.0.1")
    servers = {"Flask": "gunicorn", "Django": "uvicorn"}
    for shop in served:
        yield (
            f"  {shop.name:<7} {servers[shop.name]:<9} bare :{shop.bare}   guarded :{shop.guarded}"
            f"   examples/shop_{shop.name.lower()}"
        )
    yield "  A bare shop has the same views, and believes every token that it is shown."
    yield ""


# ------------------------------------------------------------------ legal traffic


def _legal(legal: Legal, served: tuple[Shop, ...], tokens: dict[str, str]) -> bool:
    headers = [("Authorization", f"Bearer {tokens[legal.bearer]}")] if legal.bearer else []
    headers += [("Content-Type", "application/json")] if legal.body else []
    headers = wire.proxied(headers, "198.51.100.200", secure=True)
    data = wire.request(legal.method, legal.target, "shop.example.com", headers, legal.body)
    ports = [port for shop in served for port in (shop.bare, shop.guarded)]
    seen = [wire.ask(port, data, wire.PROXY).status for port in ports]
    right = all(status == legal.status for status in seen)
    who = legal.bearer or "nobody"
    word = paint("good", "ok") if right else paint("bad", f"UNEXPECTED {seen}")
    say(f" legal  {legal.method:<7}{legal.target:<34}{who:<8}{legal.status} from all  {word}")
    return right


# ------------------------------------------------------------------ the attack


def _round(attack: Attack, number: int, shop: Shop, tokens: dict[str, str]) -> Round:
    bare, guarded = (_put(attack, number, port, tokens) for port in (shop.bare, shop.guarded))
    return Round(attack, shop, bare, guarded)


def _put(attack: Attack, number: int, port: int, tokens: dict[str, str]) -> Got:
    source = wire.DIRECT if attack.direct else wire.PROXY
    for again in range(attack.times):
        answer = wire.ask(port, _bytes(attack, number, again, tokens), source)
    return Got(answer.status, attack.hole(answer.status, answer.text), answer.decision)


def _bytes(attack: Attack, number: int, again: int, tokens: dict[str, str]) -> bytes:
    client = attack.client or f"198.51.100.{number}"
    headers = [(name, value.replace("{n}", str(again))) for name, value in attack.headers]
    if attack.bearer:
        headers.insert(0, ("Authorization", f"Bearer {tokens[attack.bearer]}"))
    if not attack.direct:
        headers = wire.proxied(headers, client, secure=attack.secure)
    return wire.request(
        attack.method, attack.target, attack.host, headers, attack.body, chunked=attack.chunked
    )


def _head() -> Iterator[str]:
    yield ""
    yield f" {'':<{TITLE + 3}}{'Flask':<14}{'Django':<14}"
    cells = "".join(f"{'bare':<9}{'ours':<5}" for _ in range(2))
    yield f" {'what the attacker tries':<{TITLE + 3}}{cells}refused as"
    yield " " + "-" * 78


def _line(attack: Attack, rounds: list[Round]) -> str:
    cells = ""
    for one in rounds:
        word, style = ("HOLE", "bad") if one.bare.hole else ("-", "quiet")
        cells += cell(f"{one.bare.status} {word}", 9, style)
        ours = f"{one.guarded.status}" if one.held else f"{one.guarded.status}!"
        cells += cell(ours, 5, "good" if one.held else "bad")
    what = attack.reason or ("(answered)" if 200 in attack.status else "(by the server)")
    number = ATTACK.index(attack) + 1
    return f" {number:>2} {cell(attack.title, TITLE)}{cells}{what}"


def counted(rounds: list[Round]) -> Iterator[str]:
    """The last line counts."""
    before = sum(one.bare.hole for one in rounds)
    wrong = sum(not one.held for one in rounds)
    text = f"{len(ATTACK)} questions to two shops, each bare and guarded: {before} holes -> {wrong}"
    yield " " + paint("bad" if wrong else "head", text)


# ------------------------------------------------------------------ the events


def told(events: dict[str, list[Event]]) -> Iterator[str]:
    """What the log holds, by event name and reason."""
    counts: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in events}
    for name, found in events.items():
        for event in found:
            counts[name][event.event, event.reason or event.outcome] += event.count
    yield paint("head", "The events of the guarded shops, read back from their logs")
    yield f" {'event (OWASP)':<32}{'reason':<24}" + "".join(f"{name:>9}" for name in counts)
    for row in sorted({row for count in counts.values() for row in count}):
        yield f" {row[0]:<32}{row[1]:<24}" + "".join(
            f"{count[row]:>9}" for count in counts.values()
        )


def unheard(rounds: list[Round], events: dict[str, list[Event]]) -> Iterator[str]:
    """Refusals whose event does not say what the attack expects."""
    every = [event for found in events.values() for event in found]
    for one in rounds:
        id_ = one.guarded.decision
        said = next((event.reason for event in every if stands_for(event, id_)), "")
        if said != one.attack.reason and one.held and one.attack.reason:
            yield paint(
                "bad",
                f" {one.shop.name}: {one.attack.title}: expected {one.attack.reason}, "
                f"the event says {said or 'nothing'}",
            )


# ------------------------------------------------------------------ afterwards


def stay(served: tuple[Shop, ...], tokens: dict[str, str]) -> None:
    """Print ready lines, and keep the shops up for an hour or until Ctrl-C."""
    say("", paint("head", "The shops stay up for an hour (Ctrl-C ends them). Try:"), "")
    say(f"ANA={tokens['ana']}", f"SAM={tokens['sam']}", "")
    proxy = f'curl -i --interface {wire.PROXY} -H "X-Forwarded-Proto: https"'
    for shop in served:
        home = f"http://127.0.0.1:{shop.guarded}/api"
        say(
            f"# {shop.name}; {wire.PROXY} is the proxy that the policy believes",
            f'{proxy} -H "Authorization: Bearer $ANA" {home}/orders',
            f'{proxy} -H "Authorization: Bearer $ANA" {home}/staff/orders',
            f"{proxy} '{home}/catalogue?q=te'",
            f'curl -i -H "Authorization: Bearer $ANA" {home}/orders',
            f'curl -i -H "Authorization: Bearer $ANA" http://127.0.0.1:{shop.bare}/api/orders/1',
            "",
        )
    try:
        time.sleep(HOUR)
    except KeyboardInterrupt:
        say("")


if __name__ == "__main__":
    sys.exit(main())
