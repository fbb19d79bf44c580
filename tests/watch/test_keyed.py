"""Keyed hashes and the key beside the spool."""

import multiprocessing
import os
from hashlib import blake2b
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.watch import keyed
from bartizan.watch.keyed import KEY, KEY_FILE, KeyedHash, SpoolFault, open_key

OURS, OTHER = bytes(range(32)), bytes(32)


@given(st.text(st.characters(exclude_categories=()), max_size=600))
def test_it_is_keyed_blake2b_of_the_text(text: str) -> None:
    hash_ = KeyedHash(OURS)
    expected = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=OURS).hexdigest()
    assert hash_(text) == hash_(text) == expected
    assert KeyedHash(OTHER)(text) != expected


def test_the_memo_is_bounded_and_long_texts_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keyed, "_REMEMBERED", 100)
    hash_ = KeyedHash(OURS)
    first = hash_("first")
    for index in range(1000):
        hash_(f"{index}")
        hash_("x" * 1000 + f"{index}")
        assert len(hash_._new) + len(hash_._old) <= 200
    assert max(map(len, hash_._new)) <= 256
    assert hash_("first") == first


def test_the_key_is_made_once_and_survives(tmp_path: Path) -> None:
    key = open_key(tmp_path)
    assert len(key) == KEY
    assert open_key(str(tmp_path)) == key
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == [KEY_FILE]
    assert open_key(_other(tmp_path)) != key


def _other(directory: Path) -> Path:
    (directory / "other").mkdir()
    return directory / "other"


def _race(directory: Path, gate: str, answers: "multiprocessing.Queue[bytes]") -> None:
    while not Path(gate).exists():
        pass
    answers.put(open_key(directory))


def test_processes_that_start_at_once_get_the_same_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    for round_ in range(5):
        directory = tmp_path / f"spool{round_}"
        directory.mkdir()
        gate = tmp_path / f"gate{round_}"
        answers: multiprocessing.Queue[bytes] = context.Queue()
        workers = [
            context.Process(target=_race, args=(directory, str(gate), answers)) for _ in range(6)
        ]
        for worker in workers:
            worker.start()
        gate.touch()
        keys = {answers.get(timeout=20) for _ in workers}
        for worker in workers:
            worker.join()
        assert len(keys) == 1
        assert [path.name for path in directory.iterdir()] == [KEY_FILE]


@pytest.mark.parametrize("size", [0, 1, KEY - 1, KEY + 1, 4096])
def test_a_file_that_is_no_key(tmp_path: Path, size: int) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"k" * size)
    (tmp_path / KEY_FILE).chmod(0o600)
    with pytest.raises(SpoolFault, match="does not hold a key of 32 bytes"):
        open_key(tmp_path)


def test_a_key_that_others_can_read(tmp_path: Path) -> None:
    open_key(tmp_path)
    (tmp_path / KEY_FILE).chmod(0o640)
    with pytest.raises(SpoolFault, match="chmod 600"):
        open_key(tmp_path)


def test_a_key_that_is_no_file_of_ours(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(bytes(KEY))
    (tmp_path / KEY_FILE).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SpoolFault, match="cannot be used"):
        open_key(tmp_path)
    (tmp_path / KEY_FILE).unlink()
    os.mkfifo(tmp_path / KEY_FILE, 0o600)
    with pytest.raises(SpoolFault, match="must be a file"):
        open_key(tmp_path)


def test_a_directory_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpoolFault, match="No such file or directory"):
        open_key(tmp_path / "nowhere")
