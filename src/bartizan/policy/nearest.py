"""Which known word somebody meant: the nearest by slips of the finger."""

from collections.abc import Iterable


def distance(one: str, other: str) -> int:
    """How many letters were added, lost, replaced or swapped with their neighbour.

    The optimal string alignment distance (Damerau 1964): a swap counts once.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        above, row = row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]


def nearest(word: str, known: Iterable[str], slips: int | None = None) -> str:
    """The known word that ``word`` is a slip of, or the beginning of; empty where there is none.

    ``slips`` bounds how many are forgiven: by default a third of the letters, 1 to 3.
    """
    plain = _plain(word)[:64]
    bound = max(1, min(3, len(plain) // 3)) if slips is None else slips
    known = tuple(known)
    near = [
        (steps, -_common(plain, candidate), candidate)
        for candidate in known
        if abs(len(candidate) - len(plain)) <= bound
        and (steps := distance(plain, _plain(candidate))) <= bound
    ]
    if near:
        return min(near)[2]
    begun = [candidate for candidate in known if len(plain) > 2 and candidate.startswith(plain)]
    return begun[0] if len(begun) == 1 and slips is None else ""


def _plain(word: str) -> str:
    return word.lower().replace("-", "_").replace(" ", "_")


def _common(one: str, other: str) -> int:
    """Letters that stay when both ends are held together: a slip is rarely at both."""
    ends = 0
    for pairs in (zip(one, other, strict=False), zip(one[::-1], other[::-1], strict=False)):
        for a, b in pairs:
            if a != b:
                break
            ends += 1
    return ends
