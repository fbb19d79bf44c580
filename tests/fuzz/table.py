"""Every target of the fuzzer, in the order in which they are asked."""

from typing import Final

from tests.fuzz.bearers import BEARING
from tests.fuzz.policies import POLICY
from tests.fuzz.spooling import EVENTS
from tests.fuzz.talking import TALKING
from tests.fuzz.target import Target

TARGETS: Final[tuple[Target, ...]] = (POLICY, *TALKING, *BEARING, EVENTS)
