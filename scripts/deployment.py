"""Write what is made from the source on the pages about servers: a part of ``make docs``.

Each page of docs/deployment begins with a recipe that people have written; below the mark stand
the facts of ``bartizan.servers``, which tests/servers shows on the real servers.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bartizan.servers.facts import Server
from bartizan.servers.spellings import BY_NAME, SPELLINGS
from bartizan.servers.table import SERVERS

DOCS: Final = Path(__file__).resolve().parents[1] / "docs"
MARK: Final = "<!-- made from the source below this line: make docs -->\n"
OVERVIEW: Final = "guides/servers.md"

REPLACED = {"client": "the client's address", "scheme": "the scheme", "prefix": "the mount prefix"}
UNDERSCORE = {
    "dropped": "left out: they never arrive",
    "shown": "shown, and refused by Bartizan (D102)",
    "merged": "taken for the name with `-`: nobody behind it can tell them apart",
}
SECOND_HOST = {"refused": "refused by the server", "shown": "refused by Bartizan (D102)"}
SECOND_TYPE = {
    "refused": "refused by the server",
    "first": "the first counts, the second vanishes",
    "last": "the last counts, the first vanishes",
}
TWO_LENGTHS = {
    "refused": "refused by the server",
    "first": "the first counts, the second vanishes",
    "last": "the last counts, the first vanishes",
}
BOTH = {
    "refused": "refused by the server",
    "shown": "refused by Bartizan (D102)",
    "chunks": "the chunks are the body; the length vanishes",
}
BODY = {
    "streamed": "the application is asked before the body is there",
    "buffered": "read whole before Bartizan is asked: its own bound is the one that spares memory",
}
CHUNKED = {"shown": "shown as chunked", "measured": "read first, and given a length"}
MULTIPROCESS = {
    "told": "as it is",
    "always": "always true: not believed",
    "never": "never true: not asked",
}
LOAD_FAULT = {
    "ends it": "the server ends",
    "is tried again": "each worker is started again and again; Bartizan tells it at `lifespan`",
}


def facts(server: Server) -> Iterator[tuple[str, str]]:
    """The rows of a server's table."""
    yield "request target", _target(server)
    yield "forwarding headers", _forwarding(server)
    yield "header names with `_`", UNDERSCORE[server.underscore]
    yield "a second Host", SECOND_HOST[server.second_host]
    yield "a second Content-Type", _second_type(server)
    yield "two Content-Lengths that differ", TWO_LENGTHS[server.two_lengths]
    yield "Content-Length beside chunks", BOTH[server.length_and_chunks]
    yield "body", BODY[server.body]
    yield "chunked body", f"{CHUNKED[server.chunked]}; {_endless(server)}"
    yield "letters of a method", server.method
    if server.empty != "sent":
        yield "an answer without any part of a body", f"{server.empty} of the server"
    yield "speaks", ", ".join(_speaks(server))
    if server.interface == "wsgi":
        yield "`wsgi.multiprocess`", MULTIPROCESS[server.multiprocess]
    yield "an application that does not load", LOAD_FAULT[server.load_fault]
    if server.timeouts:
        said = [f"`{option}` {seconds} s" for option, seconds in server.timeouts]
        yield "its own clocks, by default", ", ".join(said)


def _target(server: Server) -> str:
    if server.target == "hidden":
        return f"**hidden**: {_unseen(server)} count as what they decode to"
    return "shown as it was sent" + (f", but for {_unseen(server)}" if server.unseen else "")


def _unseen(server: Server) -> str:
    return ", ".join(f"{BY_NAME[name].said} (`{_shown(name)}`)" for name in server.unseen)


def _shown(name: str) -> str:
    return BY_NAME[name].sent.encode("latin-1").decode("utf-8")


def _forwarding(server: Server) -> str:
    said = server.believes
    if said is None:
        return "not read; they arrive"
    what = " and ".join(REPLACED[word] for word in said.what)
    if not said.default:
        return f"{server.forwarding} unless it is told otherwise; told to believe them, {what}"
    return f"believed of any peer on loopback, for {what}: {said.consequence}. `{said.remedy}`"


def _second_type(server: Server) -> str:
    if server.second_type != "shown":
        return SECOND_TYPE[server.second_type]
    if server.interface == "asgi":
        return "refused by Bartizan (D102)"
    return "the two are joined, which no `input` accepts"


def _endless(server: Server) -> str:
    if server.chunked == "measured":
        return "nobody can tell it from one with a length"
    return "counted as it is read" if server.endless else "refused (D704)"


def _speaks(server: Server) -> Iterator[str]:
    yield {"wsgi": "WSGI", "asgi": "ASGI"}[server.interface]
    yield "HTTP/1.1"
    if server.http2:
        yield "HTTP/2"
    if server.websocket:
        yield "websockets"
    if server.lifespan:
        yield "lifespan"


def part(server: Server) -> list[str]:
    """The part of a page that is about one server in one interface."""
    lines = [f"## What {server.title} does to a request", "", "| what | what becomes of it |"]
    lines += ["|---|---|", *(f"| {name} | {text} |" for name, text in facts(server)), ""]
    lines += ["It refuses by itself, so that no event of ours tells of it:", ""]
    lines += ["| what | arrives up to | never from | answer |", "|---|--:|--:|--:|"]
    for it in server.bounds:
        unit = "" if it.what == "header lines" else " B"
        cells = (it.what, f"{it.passes:,}{unit}", f"{it.refused:,}{unit}", str(it.status))
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def overview() -> list[str]:
    """All servers on one screen."""
    head = ("server", "raw target", "believes by default", "`_` in names", "body", "HTTP/2")
    lines = ["## All of them", "", f"| {' | '.join(head)} |", "|---|---|---|---|---|---|"]
    for it in SERVERS:
        title = f"[{it.title}](../deployment/{it.page}.md)"
        said = it.believes.what if it.believes is not None and it.believes.default else ()
        cells = (
            title, "shown" if it.target == "raw" else "**hidden**",
            ", ".join(REPLACED[word] for word in said) or "nothing", it.underscore, it.body,
            "yes" if it.http2 else "no",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += ["", "## Spellings that cannot be told apart", ""]
    lines += ["| a target like | is taken for | by |", "|---|---|---|"]
    for spelling in SPELLINGS:
        by = ", ".join(it.title for it in SERVERS if spelling.name in it.unseen)
        lines.append(f"| `{_shown(spelling.name)}` | `{_plain(spelling.canonical)}` | {by} |")
    return [*lines, ""]


def _plain(target: str) -> str:
    return target.encode("latin-1").decode("utf-8")


def pages() -> dict[str, str]:
    """Every page with a made part, by its path under docs/."""
    made = {f"deployment/{it.page}.md": "" for it in SERVERS}
    for page in made:
        parts = [part(it) for it in SERVERS if f"deployment/{it.page}.md" == page]
        made[page] = "\n".join(line for lines in parts for line in lines)
    made[OVERVIEW] = "\n".join(overview())
    return {page: f"{written(page)}{MARK}\n{text}" for page, text in made.items()}


def written(page: str) -> str:
    """What people have written on a page."""
    path = DOCS / page
    return path.read_text(encoding="utf-8").partition(MARK)[0] if path.exists() else ""


def main() -> None:
    """Write all of them."""
    for page, text in pages().items():
        (DOCS / page).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
