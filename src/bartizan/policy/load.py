"""From a file to a `Policy`: read, check everything, merge. Nothing half-checked gets out."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bartizan.policy import laws, nested, vocabulary
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.files import why_not
from bartizan.policy.match import Segment, parse_template
from bartizan.policy.merge import Entry, access, merge, merged
from bartizan.policy.reading import MISSING, Book, Grammar, Kind, Leaf, Sheet, Table, a_kind, sheet
from bartizan.policy.references import lay, open_sheet
from bartizan.policy.revision import revision
from bartizan.policy.rules import (
    Api,
    Events,
    Expect,
    Jwt,
    Limit,
    Operation,
    Parameter,
    Pass,
    Place,
    Policy,
    Stores,
)
from bartizan.policy.values import limits as read_limits
from bartizan.policy.values import parsed
from bartizan.policy.words import operation as read_operation
from bartizan.policy.words import prefix as read_prefix


def load(path: str | Path) -> Policy:
    """Read a policy file; raises `PolicyError` with every fault of it at once."""
    file = str(path)
    try:
        top = open_sheet(file)
    except (OSError, ValueError) as error:
        message = f"{file} cannot be read: {why_not(error)}"
        raise PolicyError([Fault("P309", message, Place(file, 1, 1))]) from None
    return _policy(top)


def loads(text: str, file: str = "bartizan.toml") -> Policy:
    """Read a policy from a text; ``file`` is what faults call it and references start from."""
    return _policy(sheet(text, file))


def _policy(top: Sheet) -> Policy:
    book = Book()
    root = lay(top, book)
    policy = _Reader(root, book).policy(top.file)
    if book.faults or policy is None:
        raise PolicyError(_in_order(book.faults, top.file))
    return policy


def _in_order(faults: list[Fault], file: str) -> list[Fault]:
    """Each fault once, by file, line and column; the file that was asked for first."""
    once = {(one.code, one.place, one.message): one for one in faults}
    return sorted(
        once.values(),
        key=lambda one: (one.place.file != file, one.place.file, one.place.line, one.place.column),
    )


class _Reader:
    """Reads the sections one after the other; later ones know what earlier ones said."""

    def __init__(self, root: Leaf, book: Book) -> None:
        self.book = book
        self.top = vocabulary.FILE.read(root, "the policy")
        self.limits: dict[str, tuple[Limit, ...]] = {}
        self.identities: dict[str, Jwt] = {}
        self.base = ""

    def policy(self, file: str) -> Policy | None:
        api = self._api()
        stores = self._stores()
        events = self._events()
        self.identities = dict(self._each("identity", self._identity))
        self.limits = dict(self._each("limits", self._limit))
        defaults = self._defaults()
        entries = list(self._entries(defaults))
        passes = tuple(self._passes(api, entries))
        expects = tuple(self._expects())
        operations = tuple(self._merged(entries, api))
        if api is None or stores is None:
            return None
        whole = Policy(
            file=file,
            revision="",
            api=api,
            stores=stores,
            identities=self.identities,
            operations=operations,
            passes=passes,
            expects=expects,
            events=events,
        )
        return revision(whole)

    # -------------------------------------------------------------- sections

    def _written(self, section: str) -> Iterator[Leaf]:
        """The section, and what is probably meant to be it."""
        if section in self.top:
            yield self.top.get(section)
        yield from (leaf for meant, leaf in self.top.astray if meant == section)

    def _table(self, section: str, grammar: Grammar, of: str, kind: Kind = "") -> Table | None:
        """A section that is one table."""
        leaf = next(self._written(section), None)
        if leaf is None:
            return None
        before = len(self.book.faults)
        table = grammar.read(leaf, of, kind)
        if len(self.book.faults) > before:
            self.book.doubtful.add(section)
        return table

    def _each(self, section: str, read: Callable[[Leaf, str], Any]) -> Iterator[tuple[str, Any]]:
        """A section of named things; only those that could be read."""
        before = len(self.book.faults)
        for leaf in self._written(section):
            if not isinstance(leaf.value, dict):
                leaf.wrong("P201", f"this is {a_kind(leaf.value)}, not a table of names")
                continue
            for name in leaf.value:
                one = read(leaf.child(name), name)
                if one is not MISSING:
                    yield name, one
        if len(self.book.faults) > before:
            self.book.doubtful.add(section)

    # -------------------------------------------------------------- facts

    def _api(self) -> Api | None:
        table = self._table("api", vocabulary.THE_API, "the API")
        if table is None:
            return None
        values = dict(table.values)
        self.base = values.setdefault("base", "")
        proxies, unix = values.pop("proxies", ((), False))
        usual = {"https": "required", "forwarded": "x-forwarded", "target": 8192}
        if not {"name", "hosts"} <= values.keys():
            return None
        optional = dict.fromkeys(("cors", "flood", "guesses", "shadow"))
        return Api(
            **{**usual, **optional, "deny": (), "headers": 32768, **values},
            proxies=proxies,
            proxy_unix=unix,
            places=table.places(),
        )

    def _stores(self) -> Stores | None:
        table = self._table("stores", vocabulary.THE_STORES, "the API")
        if table is None or "limits" not in table:
            return None
        return Stores(table.get("limits"), table.get("events", ""), table.places())

    def _events(self) -> Events:
        table = self._table("events", vocabulary.THE_EVENTS, "the API")
        return Events(**table.values, places=table.places()) if table is not None else Events()

    def _identity(self, leaf: Leaf, name: str) -> Any:
        if name == vocabulary.ANONYMOUS:
            message = "`anonymous` is reserved: it is whoever brings no credential"
            return leaf.wrong("P216", message, at_key=True)
        nested.name_key(leaf)
        kind = leaf.value.get("kind") if isinstance(leaf.value, dict) else None
        if isinstance(kind, str) and kind in vocabulary.LATER_KINDS:
            message = f"identities of kind `{kind}` are not enforced by this version"
            return leaf.child("kind").wrong("P105", message)
        table = vocabulary.AN_IDENTITY.read(leaf, f"`{name}`")
        values = {key: value for key, value in table.values.items() if key != "kind"}
        if not {"issuer", "audience", "algorithms", "keys"} <= values.keys():
            return MISSING
        shared = {algorithm.startswith("HS") for algorithm in values["algorithms"]}
        if len(shared) > 1:
            return table.leaves["algorithms"].wrong(
                "P303",
                "shared secrets (HS…) and public keys never mix: make two identities of them",
                consequence="a public key could have been used as a secret",
            )
        return Jwt(name=name, **values, places=table.places())

    def _limit(self, leaf: Leaf, name: str) -> Any:
        nested.name_key(leaf)
        if name in ("flood", "guesses"):
            return leaf.wrong("P216", f"`{name}` is said in [api]", at_key=True)
        return read_limits(name)(replace(leaf, loss=f"`{name}` would have limited nothing"))

    # -------------------------------------------------------------- entries

    def _defaults(self) -> tuple[Table, ...]:
        table = self._table("defaults", vocabulary.THE_DEFAULTS, "any operation", "defaults")
        if table is None:
            return ()
        laws.names_known(table, self.limits, self.identities)
        laws.agrees(table)
        return (table,)

    def _entries(self, defaults: tuple[Table, ...]) -> Iterator[Entry]:
        """Operations in the order of the file: those of groups, then those of their own."""
        own = dict(self._each("operations", self._operation))
        listed: dict[tuple[str, ...], Entry] = {}
        for name, table in self._each("groups", self._group):
            self._level(table, defaults)
            members = list(self._members(table, name))
            laws.parameters_of_group(table, [path for _, _, path in members])
            for leaf, method, path in members:
                mine = own.pop(f"{method} {path}", None)
                levels = (*((mine,) if mine else ()), table, *defaults)
                if mine:
                    self._level(mine, (table, *defaults))
                yield from self._once(listed, leaf, method, path, levels)
        for key, table in own.items():
            self._level(table, defaults)
            method, _, path = key.partition(" ")
            yield from self._once(listed, table.leaf, method, path, (table, *defaults))

    def _level(self, level: Table, above: tuple[Table, ...]) -> None:
        laws.names_known(level, self.limits, self.identities)
        laws.agrees(level)
        laws.strict(level, above, self.limits)

    def _operation(self, leaf: Leaf, name: str) -> Any:
        table = vocabulary.AN_OPERATION.read(leaf, name, "operation")
        good = parsed(leaf, "P205", read_operation, at_key=True) is not MISSING
        return table if good else MISSING

    def _group(self, leaf: Leaf, name: str) -> Any:
        table = vocabulary.A_GROUP.read(leaf, f"the operations of {name}", "group")
        good = parsed(leaf, "P205", _group_prefix, at_key=True) is not MISSING
        return table if good else MISSING

    def _members(self, table: Table, name: str) -> Iterator[tuple[Leaf, str, str]]:
        """The operations of a group's list, relative to base."""
        if "operations" not in table:
            return
        start = name.partition(" ")[0].rstrip("/")
        for leaf in table.get("operations").children():
            if not isinstance(leaf.value, str):
                leaf.wrong("P201", 'this is an operation: "GET /products/"')
                continue
            read = parsed(leaf, "P205", read_operation)
            if read is not MISSING:
                yield leaf, read[0], start + read[1]

    def _once(
        self,
        listed: dict[tuple[str, ...], Entry],
        leaf: Leaf,
        method: str,
        path: str,
        levels: tuple[Table, ...],
    ) -> Iterator[Entry]:
        """The entry, unless another one already matches the same requests."""
        segments = parse_template(self.base + path)
        declared = levels[0].leaf if levels[0].kind == "operation" else leaf
        place = declared.key_place()
        entry = Entry(method, self.base + path, segments, declared, place, levels)
        shape = (one.kind if isinstance(one, Parameter) else f"/{one}" for one in segments)
        first = listed.setdefault((method, *shape), entry)
        if first is entry:
            yield entry
        else:
            laws.twice(first, entry, leaf)

    def _merged(self, entries: list[Entry], api: Api | None) -> Iterator[Operation]:
        for entry in entries:
            who = access(entry.levels)
            values, _ = merged(entry.levels)
            laws.decided(entry, who, values)
            laws.countable(entry, who, self.limits, self.identities)
            laws.parameters(entry)
            if api is not None:
                operation = merge(entry, api, self.limits)
                laws.example(entry, operation)
                yield operation

    # -------------------------------------------------------------- subtrees and tests

    def _passes(self, api: Api | None, entries: list[Entry]) -> Iterator[Pass]:
        read = dict(self._each("pass", self._pass))
        segments: Mapping[str, tuple[Segment, ...]] = {
            name: parse_template(self.base + name) for name in read
        }
        leaves = {name: table.leaf for name, table in read.items()}
        laws.apart(entries, segments, leaves)
        for name, table in read.items():
            if api is None or "why" not in table:
                continue
            reach = {"https": api.https, "hosts": api.hosts}
            place = table.leaf.key_place()
            yield Pass(prefix=self.base + name, place=place, **{**reach, **table.values})

    def _pass(self, leaf: Leaf, name: str) -> Any:
        table = vocabulary.A_PASS.read(leaf, name)
        good = parsed(leaf, "P205", read_prefix, at_key=True) is not MISSING
        return table if good else MISSING

    def _expects(self) -> Iterator[Expect]:
        for child in self._tests():
            table = vocabulary.A_TEST.read(child, "this test")
            laws.question(table, self.identities)
            if "ask" in table and "answer" in table:
                yield self._expect(table)

    def _tests(self) -> Iterator[Leaf]:
        for leaf in self._written("expect"):
            if isinstance(leaf.value, list):
                yield from leaf.children()
            else:
                leaf.wrong("P201", "tests are written under [[expect]], in two brackets")

    def _expect(self, table: Table) -> Expect:
        values = dict(table.values)
        asked, answer = values.pop("ask"), values.pop("answer")
        return Expect(
            method=asked.method,
            path=self.base + asked.path,
            query=asked.query,
            answer=None if answer == "permit" else answer,
            place=table.leaf.key_place(),
            subject=values.pop("as", ""),
            scheme="https" if values.pop("https", True) else "http",
            **values,
        )


def _group_prefix(text: str) -> str:
    """``/catalogue/``, and after a space what tells two groups of one prefix apart."""
    return read_prefix(text.partition(" ")[0])
