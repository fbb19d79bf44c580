"""``bartizan ask`` on a terminal: the question, every row, and the answer last."""

from collections.abc import Iterator

from bartizan.cli.answering import UNREACHED, Asked
from bartizan.cli.faulty import ending, short
from bartizan.cli.screen import paint, width
from bartizan.cli.tables import paragraph, table
from bartizan.model.decision import Deny
from bartizan.policy.rules import Place

_STYLES = {"permitted": "good", "refused": "bad", "answered": "good", "not exercised": "warning"}


def page(asked: Asked) -> list[str]:
    """The whole page."""
    room, policy = width(), asked.policy
    operation = asked.answered.operation
    meant = f"{operation.name}  {_at(operation.place)}" if operation is not None else "-"
    rows = [(str(it.number), it.control, it.said) for it in asked.rows()]
    lines = [
        *paragraph(f"{short(policy.file)}@{policy.revision[:7]}", room, "target     "),
        *paragraph(_question(asked), room, "question   "),
        *paragraph(meant, room, "operation  "),
        "",
        *(_faint(line) for line in table(("row", "control", "said"), rows, room)),
        "",
    ]
    for deny in asked.answered.shadowed:
        lines += paragraph(f"would have been {_refusal(asked, deny)}", room, "in shadow  ")
    lines += list(_violations(asked, room))
    code = 4 if asked.answered.unread and asked.refusal is None else 0
    return [*lines, *ending(asked.word, _STYLES[asked.word], _conclusion(asked), code)]


def _question(asked: Asked) -> str:
    it = asked.question
    path = it.path + (f"?{it.query}" if it.query else "")
    parts = [f"{it.method} {path}", "as " + (it.subject or "nobody")]
    if it.identity:
        parts.append(f"by {it.identity}")
    if it.scopes:
        parts.append("scopes " + " ".join(it.scopes))
    if it.roles:
        parts.append("roles " + " ".join(it.roles))
    if it.tenant is not None:
        parts.append(f"tenant {it.tenant}")
    return ", ".join([*parts, f"from {it.client}", it.scheme])


def _conclusion(asked: Asked) -> str:
    deny = asked.refusal
    if deny is not None:
        text = _refusal(asked, deny)
        return f"{text}; bartizan explain {deny.reason.code}{_hint(asked)}"
    if asked.answered.unread:
        return (
            f"nothing before the body refuses; its form {asked.answered.unread} is bound by the "
            "application, name it: --app module:app"
        )
    return _at(asked.place)


def _refusal(asked: Asked, deny: Deny) -> str:
    reason, place = deny.reason, asked.line(deny)
    at = f", {_at(place)}" if place is not None else ""
    return f"{reason.status} {reason.name} by {reason.control}{at}: {reason.title.rstrip('.')}"


def _hint(asked: Asked) -> str:
    """Paths are asked below the base; who writes it twice is told."""
    base, path = asked.policy.api.base, asked.question.path
    twice = base and path.startswith(base * 2)
    return f" (paths are below {base}: leave it out)" if twice else ""


def _violations(asked: Asked, room: int) -> Iterator[str]:
    for it in asked.refusal.violations if asked.refusal is not None else ():
        yield from paragraph(f"{it.where or '/'}: {it.rule}", room, "not as declared  ")


def _at(place: Place | None) -> str:
    return short(str(place)) if place is not None else "no line of the policy"


def _faint(line: str) -> str:
    """The row that refuses, in its colour; its words say the same."""
    refuses = line.split(maxsplit=2)[-1][:3] if line.strip() and UNREACHED not in line else ""
    return paint("bad", line) if refuses.isdigit() else line
