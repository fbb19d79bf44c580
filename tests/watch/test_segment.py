"""Segments: their names, and lines that never lie across the edge of a page."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.watch.line import encode
from bartizan.watch.reader import decode
from bartizan.watch.segment import ALLOWED, PAGE, REFUSED, Segment, began, kind_of, name_of
from tests.watch.events import event


def segment(directory: Path, **fields: object) -> Segment:
    return Segment(directory, event(**fields), 1e9)


def test_a_name_says_when_who_what(tmp_path: Path) -> None:
    for fields, kind in (
        ({}, REFUSED),
        ({"outcome": "permit", "reason": ""}, ALLOWED),
        ({"outcome": "permit", "reason": "", "shadowed": ("flood",)}, REFUSED),
        ({"outcome": "log", "reason": "events_lost"}, REFUSED),
        ({"outcome": "unspoken", "reason": ""}, ALLOWED),
    ):
        assert kind_of(event(**fields)) == kind
        path = segment(tmp_path, **fields).path
        name = name_of(path.name)
        assert name is not None
        assert (name.pid, name.run, name.first, name.kind) == (os.getpid(), "k7f3q2zdx9", 1, kind)
        assert abs(began(path.name) - path.stat().st_mtime) < 5


@pytest.mark.parametrize("id_", ["", "x", "../../etc-1", "a/b-1", "A-1", "a-1\n", "\u0661-1"])
def test_an_id_cannot_name_another_place(tmp_path: Path, id_: str) -> None:
    path = segment(tmp_path, id=id_).path
    assert path.parent == tmp_path
    assert name_of(path.name) is not None


@pytest.mark.parametrize(
    "file",
    ["", ".jsonl", "a.jsonl", "20261124T063355.123456Z-1-a-1-refused.json", "hash.key",
     "20261124T063355.123456Z-1-a-1-other.jsonl", "20261124T063355.123456Z-1-a-1-refused.jsonl.gz",
     "20261124T063355.123456Z-1-a-1-refused.jsonl\n",
     "x20261124T063355.123456Z-1-a-1-refused.jsonl",
     "\u0662\u0660261124T063355.123456Z-1-a-1-refused.jsonl"],
)  # fmt: skip
def test_what_is_no_segment_of_ours(file: str) -> None:
    assert name_of(file) is None
    assert began(file) == 0.0


def test_a_day_that_is_none_has_no_time() -> None:
    assert began("20261399T063355.123456Z-1-a-1-refused.jsonl") == 0.0


def test_two_within_one_microsecond_are_two(tmp_path: Path) -> None:
    assert len({segment(tmp_path).path for _ in range(50)}) == 50


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(2, PAGE), min_size=1, max_size=60))
def test_no_line_lies_across_a_page(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int]
) -> None:
    open_ = segment(tmp_path_factory.mktemp("s"))
    lines = [b"x" * (size - 1) + b"\n" for size in sizes]
    taken = [open_.append(line) for line in lines]
    text = open_.path.read_bytes()
    assert len(text) == open_.size == sum(taken)
    place = 0
    for line in text.splitlines(keepends=True):
        if line.strip():
            assert place // PAGE == (place + len(line) - 1) // PAGE
        place += len(line)
    assert [line for line in text.splitlines(keepends=True) if line.strip()] == lines


def test_a_write_that_is_cut_at_a_page_cuts_only_a_blank(tmp_path: Path) -> None:
    """What a kill -9 within write(2) leaves: the kernel copies up to a page's edge, or all."""
    open_ = segment(tmp_path)
    for number in range(40):
        open_.append(encode(event(id=f"k7f3q2zdx9-{number:06}", operation="x" * number * 9)))
    text = open_.path.read_bytes()
    assert len(text) > 2 * PAGE
    for edge in range(0, len(text), PAGE):
        lines = text[:edge].split(b"\n")
        assert lines[-1] == b""
        assert all(decode(line) is not None for line in lines if line.strip())


def test_the_twin_without_blanks_tears_lines(tmp_path: Path) -> None:
    """The test above notices a segment that does not mind pages."""
    line = encode(event())
    text = line * 40
    assert any(text[edge - 1 : edge] != b"\n" for edge in range(PAGE, len(text), PAGE))


def test_somebody_who_cuts_the_file_does_not_unsettle_it(tmp_path: Path) -> None:
    open_ = segment(tmp_path)
    open_.append(b"x" * 100 + b"\n")
    os.truncate(open_.path, 0)
    assert open_.there()
    assert open_.size == 0
    open_.path.unlink()
    assert not open_.there()
