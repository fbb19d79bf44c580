"""Many undecided routes of one subtree are one fault, and a lone one is its own."""

from bartizan.enforce.start import FAMILY, disagreements
from bartizan.policy.routes import Served, Survey, Undecided


def undecided(path: str) -> Undecided:
    return Undecided(Served(path, path, frozenset({"GET"}), "shop/views.py:7", "view"), ("GET",))


def survey(*paths: str, covered: tuple[str, ...] = ()) -> Survey:
    ours = tuple((undecided(path).served, ("GET " + path,)) for path in covered)
    return Survey({}, ours, (), tuple(undecided(path) for path in paths), ())


ADMIN = tuple(f"/admin/{number}/" for number in range(FAMILY))


def test_an_admin_is_one_fault() -> None:
    faults = list(disagreements(survey(*ADMIN, "/export")))
    assert [fault.code for fault in faults] == ["R201", "R201"]
    assert f"{FAMILY} routes below /admin/" in faults[0].message
    assert "/export" in faults[1].message


def test_a_subtree_with_something_decided_is_told_route_by_route() -> None:
    assert len(list(disagreements(survey(*ADMIN, covered=("/admin/ours/",))))) == FAMILY


def test_few_are_told_one_by_one() -> None:
    assert len(list(disagreements(survey(*ADMIN[1:])))) == FAMILY - 1
