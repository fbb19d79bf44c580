"""One line for the start: what stands guard, and what does not hold yet."""

import datetime as dt
from pathlib import PurePath
from typing import TypeGuard

from bartizan.policy.rules import Policy, Shadow


def summary(policy: Policy, today: dt.date) -> str:
    """How many operations are guarded, how many are public, what is in shadow, and by which file
    at which revision. The figures are those of ``bartizan check``."""
    count = len(policy.operations)
    public = sum(operation.public for operation in policy.operations)
    return (
        f"bartizan guards {policy.api.name}: {count} operation{'' if count == 1 else 's'}, "
        f"{public} of them public, {_veiled(policy, today)}"
        f"by {PurePath(policy.file).name} at {policy.revision}"
    )


def veiled_whole(policy: Policy, today: dt.date) -> bool:
    """Whether every control of everything is in shadow on that day (UTC): nothing is refused."""
    shadow = policy.api.shadow
    own = (operation.shadow for operation in policy.operations)
    whole = all(one is None or one == shadow for one in own)
    return shadow is not None and not shadow.controls and today <= shadow.until and whole


def _veiled(policy: Policy, today: dt.date) -> str:
    """What the shadows are that have not ended; nothing where all is enforced."""
    whole = policy.api.shadow
    if _lasts(whole, today) and not whole.controls:
        return f"all in shadow until {whole.until} (nothing is refused), "
    veiled = sum(
        _lasts(whole, today) or _lasts(operation.shadow, today) for operation in policy.operations
    )
    return f"{veiled} with controls in shadow, " if veiled else ""


def _lasts(shadow: Shadow | None, today: dt.date) -> TypeGuard[Shadow]:
    return shadow is not None and shadow.until >= today
