"""``bartizan top`` on a terminal: totals, then three tables of what was counted most."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bartizan.cli.faulty import counted
from bartizan.cli.screen import paint
from bartizan.cli.spooled import Spooled, clock
from bartizan.cli.tables import paragraph, table
from bartizan.cli.tail_text import SHORT
from bartizan.cli.tallying import Tally

Named = tuple[str, Sequence[tuple[str, ...]]]


def page(where: Spooled, tally: Tally, most: int, width: int) -> list[str]:
    """The whole page, ``most`` rows a table."""
    lines = [
        *paragraph(where.title, width, "target  "),
        *paragraph(_span(tally), width, "events  "),
        "",
        *_headed(_refused(tally), "bad" if tally.refused else "good", width),
    ]
    if tally.refused:
        lines += _table(("client", "network", "refused"), _offenders(tally, most), width)
        lines += ["", *_table(_columns("refused"), _rows(tally.refusals, most), width)]
    lines += ["", *_headed(_would(tally), "warning" if tally.shadowed else "good", width)]
    if tally.would:
        lines += _table(_columns("would be"), _rows(tally.would, most), width)
    if tally.notices:
        said = f"the log said {counted(tally.notices, 'thing')} about itself: bartizan tail"
        lines += ["", *_headed(said, "warning", width)]
    return lines


def _span(tally: Tally) -> str:
    if not tally.decisions:
        return "no decisions"
    return (
        f"{counted(tally.decisions, 'decision')}, {clock(tally.first)} to {clock(tally.last)} UTC"
    )


def _refused(tally: Tally) -> str:
    if not tally.refused:
        return "nobody was refused"
    clients = counted(len(tally.offenders), "client")
    return f"{tally.refused} refused, of {clients}"


def _would(tally: Tally) -> str:
    return f"{tally.shadowed or 'none'} would be refused, but for shadow"


def _columns(count: str) -> tuple[str, ...]:
    return ("control", "reason", "operation", count)


def _offenders(tally: Tally, most: int) -> list[tuple[str, ...]]:
    found = [
        (client[:SHORT] or "-", network or "-", str(count))
        for (client, network), count in ranked(tally.offenders, most)
    ]
    return [*found, *_rest(tally.offenders, most, ("", ""))]


def _rows(counts: Counter[Any], most: int) -> list[tuple[str, ...]]:
    found = [(*row, str(count)) for row, count in ranked(counts, most)]
    return [*found, *_rest(counts, most, ("", "", ""))]


def _rest(counts: Counter[Any], most: int, blank: tuple[str, ...]) -> list[tuple[str, ...]]:
    """What the rows do not show is not silent."""
    hidden = len(counts) - most
    if hidden <= 0:
        return []
    rest = sum(counts.values()) - sum(count for _, count in ranked(counts, most))
    return [(f"{hidden} more", *blank[1:], str(rest))]


def ranked(counts: Counter[Any], most: int) -> list[tuple[Any, int]]:
    """The most counted first; equals in the order of their names, so that nothing jumps."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:most]


def _table(head: Sequence[str], rows: Sequence[tuple[str, ...]], width: int) -> list[str]:
    """A table whose last column is a number, to the right."""
    size = max(len(row[-1]) for row in (head, *rows))
    aligned = [(*row[:-1], row[-1].rjust(size)) for row in (head, *rows)]
    return table(aligned[0], aligned[1:], width)


def _headed(text: str, style: str, width: int) -> list[str]:
    return [paint(style, line) for line in paragraph(text, width)]
