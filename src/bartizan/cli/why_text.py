"""``bartizan why`` on a terminal: the sentence, the line of the policy, every row, what to do."""

from collections.abc import Iterator
from typing import Final

from bartizan.cli.faulty import counted, placed, short
from bartizan.cli.screen import paint
from bartizan.cli.spooled import Spooled, clock
from bartizan.cli.tables import paragraph, table
from bartizan.cli.telling import UNREACHED, Told
from bartizan.model.event import Event
from bartizan.model.notices import NOTICES, OUTCOME
from bartizan.policy.faults import Fault, picture

_STYLES: Final = {"permit": "good", "answer": "good", "pass": "good", "deny": "bad"}
_OUTCOMES: Final = {
    "permit": "was permitted, and the view answered {status}",
    "answer": "was answered {status} for the view: a preflight, and nothing was wrong",
    "pass": "was left to the guard of that subtree, which answered {status}",
    "unspoken": "was answered {status} by the framework itself, before it reached a view",
}


def page(where: Spooled, told: Told, width: int) -> list[str]:
    """The whole page."""
    event = told.event
    lines = [
        *paragraph(where.title, width, "target    "),
        *paragraph(f"{told.id}, {_when(told)}", width, "decision  "),
        *(line for lead, text in _who(event) for line in paragraph(text, width, lead)),
        "",
        *_painted(_STYLES.get(event.outcome, "warning"), paragraph(sentence(told), width)),
    ]
    if event.shadowed:
        would = f"But for shadow it would have been refused: {', '.join(event.shadowed)}."
        lines += _painted("warning", paragraph(would, width))
    lines += ["", *_line(told, width)]
    rows = [(str(row.number), row.control, row.said) for row in told.rows()]
    if rows:
        drawn = table(("row", "control", "said"), rows, width)
        lines += ["", *(_marked(line) for line in drawn)]
    if told.remedy:
        lines += ["", *paragraph(told.remedy, width, "client    ")]
    if told.code:
        lines += _painted("help", paragraph(f"bartizan explain {told.code}", width, "more      "))
    return lines


def sentence(told: Told) -> str:
    """What became of the request, in one sentence."""
    event, reason = told.event, told.reason
    if event.outcome == OUTCOME:
        notice = NOTICES.get(event.reason)
        return notice.title.format(count=event.count) if notice else "About the log itself."
    subject = event.operation or (
        "A request for no operation of the policy" if event.method == "other" else event.method
    )
    if reason is not None:
        title = reason.title.rstrip(".")
        return (
            f"{subject} was refused with {event.status} {reason.name} by {reason.control}: {title}."
        )
    if not event.status:
        return f"{subject} was not answered: the connection broke."
    words = _OUTCOMES.get(event.outcome, "ended with {status} " + event.outcome)
    return f"{subject} {words.format(status=event.status)}."


def _when(told: Told) -> str:
    event = told.event
    when = f"{clock(event.time)} UTC"
    if event.count < 2 or event.outcome == OUTCOME:
        return f"{when}, {event.micros} us" if event.micros else when
    return (
        f"one of {event.count} alike, folded into one line: {event.id} to {event.last}, "
        f"{when} to {clock(event.until)} UTC"
    )


def _who(event: Event) -> Iterator[tuple[str, str]]:
    if event.client:
        network = f", in {event.network}" if event.network else ""
        yield "client    ", f"{event.client}{network}"
    if event.subject:
        more = f", tenant {event.tenant}" if event.tenant else ""
        yield "subject   ", f"{event.subject}, by identity {event.identity}{more}"
    for lead, words in (("scopes    ", event.scopes), ("roles     ", event.roles)):
        if words:
            yield lead, " ".join(words)
    if event.trace:
        yield "trace     ", event.trace


def _line(told: Told, width: int) -> list[str]:
    """The line of the policy with its source, or why it is not shown."""
    event, place = told.event, told.place
    if place is None:
        return paragraph(_unshown(told), width, "policy    ")
    found = placed(Fault("", "", place))
    number = str(found.place.line)
    margin = " " * len(number)
    text, mark = picture(found.source, found.place, width - len(number) - 3)
    return [
        *paragraph(f"{short(place.file)}:{place.line}, revision {event.revision}", width,
                   f"{margin}--> "),
        f"{margin} |",
        f"{number} | {text}",
        f"{margin} | {paint('bad' if told.reason else 'head', mark)}",
    ]  # fmt: skip


def _unshown(told: Told) -> str:
    event, policy = told.event, told.policy
    line = event.line or "no line of it"
    if policy is None:
        return f"{line}, revision {event.revision}; it is not at hand (name it: --policy FILE)"
    if not told.same:
        return (
            f"{line} at revision {event.revision}; {short(policy.file)} has changed since, it is "
            f"{policy.revision} now, so the line is not shown"
        )
    if not event.line:
        return f"no line asked for it; {short(policy.file)} is still revision {event.revision}"
    return f"{line}; the lines of {short(policy.file)} have moved since, it means the same"


def _painted(style: str, lines: list[str]) -> list[str]:
    return [paint(style, line) for line in lines]


def _marked(line: str) -> str:
    """The row that refuses, in its colour; its words say the same."""
    words = line.split(maxsplit=2)[-1] if line.strip() else ""
    return paint("bad", line) if words[:3].isdigit() and UNREACHED not in line else line


def unknown(id: str, looked: int, first: float, last: float) -> str:
    """Why an id was not found: where was looked, and how far back that goes."""
    if not looked:
        return f"there is no event {id}: the spool is empty"
    return (
        f"there is no event {id} among {counted(looked, 'line')} of "
        f"{clock(first)} to {clock(last)} UTC. Older ones were dropped, or another machine or "
        "another spool has it"
    )
