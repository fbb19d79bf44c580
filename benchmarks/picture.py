"""The figures as a picture: bars of what is added, a mark where the budget ends. Plain SVG.

It names no background, and its greys and blues can be read on white and on black.
"""

from collections.abc import Iterator, Sequence
from html import escape

from benchmarks.case import Figure
from benchmarks.race import OURS, Result

_ROW, _LEFT, _WIDTH, _TOP = 22, 330, 420, 34
_INK, _HELD, _MISSED, _MARK = "#7a828e", "#2f81f7", "#d29922", "#d1242f"


def picture(figures: Sequence[Figure]) -> str:
    """An SVG of the figures that have a budget."""
    drawn = [figure for figure in figures if figure.budget is not None]
    most = max((max(figure.added, figure.budget or 0) for figure in drawn), default=1.0)
    height = _TOP + _ROW * len(drawn) + 10
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 90} {height}" '
        f'font-family="sans-serif" font-size="12" fill="{_INK}" role="img">'
    )
    title = "Microseconds of CPU added to a request; the mark is the budget"
    rows = [row for at, figure in enumerate(drawn) for row in _bar(at, figure, most)]
    caption = f'<text x="{_LEFT}" y="18">{title}</text>'
    return "\n".join((head, f"<title>{title}</title>", caption, *rows, "</svg>")) + "\n"


def _bar(at: int, figure: Figure, most: float) -> Iterator[str]:
    top = _TOP + at * _ROW
    added, budget = max(figure.added, 0.0), figure.budget or 0.0
    colour = _HELD if figure.held else _MISSED
    length, mark = _WIDTH * added / most, _LEFT + _WIDTH * budget / most
    name = escape(f"{figure.group}: {figure.name}")
    yield f'<text x="{_LEFT - 8}" y="{top + 14}" text-anchor="end">{name}</text>'
    yield f'<rect x="{_LEFT}" y="{top + 3}" width="{length:.1f}" height="15" fill="{colour}"/>'
    yield f'<path d="M{mark:.1f} {top + 1}v19" stroke="{_MARK}" stroke-width="2"/>'
    after = max(_LEFT + length, mark) + 6
    yield f'<text x="{after:.1f}" y="{top + 14}">{figure.added:.1f}</text>'


def race_picture(results: Sequence[Result]) -> str:
    """An SVG of what the stacks and ours add, request by request."""
    drawn = [(result, lane) for result in results for lane in (*result.peers, OURS)]
    most = max((result.added(lane) for result, lane in drawn), default=1.0)
    height = _TOP + 16 * len(drawn) + 14 * len(results) + 10
    title = "Microseconds of CPU added to a request, or needed for a refusal"
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 90} {height}" '
        f'font-family="sans-serif" font-size="11" fill="{_INK}" role="img">'
    )
    caption = f'<text x="{_LEFT}" y="18" font-size="12">{title}</text>'
    rows = list(_lanes(results, max(most, 1.0)))
    return "\n".join((head, f"<title>{title}</title>", caption, *rows, "</svg>")) + "\n"


def _lanes(results: Sequence[Result], most: float) -> Iterator[str]:
    top = _TOP
    for result in results:
        name = escape(f"{result.group}: {result.name}")
        yield f'<text x="{_LEFT - 8}" y="{top + 11}" text-anchor="end">{name}</text>'
        for lane in (*result.peers, OURS):
            added = max(result.added(lane), 0.0)
            length, colour = _WIDTH * added / most, _HELD if lane == OURS else _INK
            yield f'<rect x="{_LEFT}" y="{top}" width="{length:.1f}" height="13" fill="{colour}"/>'
            said = escape(f"{added:.0f} {lane.partition(',')[0]}")
            inside = length > _WIDTH * 0.6
            at, anchor = (_LEFT + length - 6, "end") if inside else (_LEFT + length + 6, "start")
            ink = ' fill="#ffffff"' if inside else ""
            yield f'<text x="{at:.1f}" y="{top + 11}" text-anchor="{anchor}"{ink}>{said}</text>'
            top += 16
        top += 14
