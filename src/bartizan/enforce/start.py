"""From a policy to a guard: everything that can be missing or weak stops the start here.

A broken policy never starts half an application: all faults are found, then one error says them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bartizan.credentials.keys import KeyFault, KeyRing, open_ring
from bartizan.enforce.ask import broken
from bartizan.enforce.guard import Guard
from bartizan.enforce.journal import Journal
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.rules import Place, Policy
from bartizan.schemas.form import Form, FormFault, form
from bartizan.stores.opening import StoreFault, open_store
from bartizan.stores.port import Store
