"""Decision ids."""

import os
import re
import threading

from bartizan.model.ids import ALPHABET, Ids, segment

SHAPE = re.compile(rf"[{ALPHABET}]{{10}}-\d{{6,}}")


def test_ids_count_up_in_one_segment() -> None:
    ids = Ids()
    made = [ids.next() for _ in range(1000)]
    assert all(SHAPE.fullmatch(each) for each in made)
    assert len({each[:10] for each in made}) == 1
    assert [int(each[11:]) for each in made] == list(range(1, 1001))


def test_nothing_random_is_made_before_the_first_id() -> None:
    asked: list[int] = []

    def random(size: int) -> bytes:
        asked.append(size)
        return bytes(size)

    ids = Ids(random)
    assert asked == []
    assert ids.next() == "0000000000-000001"
    assert ids.next() == "0000000000-000002"
    assert asked == [10]


def test_segments_differ() -> None:
    assert len({segment() for _ in range(1000)}) == 1000
    assert set("".join(segment() for _ in range(200))) == set(ALPHABET)
    assert len(ALPHABET) == len(set(ALPHABET)) == 32


def test_a_forked_child_has_a_segment_of_its_own() -> None:
    ids = Ids()
    ours = ids.next()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, ids.next().encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writing)
    with os.fdopen(reading) as file:
        theirs = file.read()
    assert SHAPE.fullmatch(theirs)
    assert theirs[:10] != ours[:10]
    assert theirs.endswith("-000001")
    assert ids.next() == ours[:11] + "000002"


def test_threads_never_share_an_id() -> None:
    ids, made = Ids(), []

    def make() -> None:
        made.extend([ids.next() for _ in range(2000)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == len(made) == 16000
