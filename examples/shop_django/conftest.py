"""What every test of the shop starts with: settings, a key of its own, a database in memory."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django.test.utils import setup_databases, setup_test_environment, teardown_databases

from bartizan.demo.issuer import Issuer

sys.path.insert(0, str(Path(__file__).parent))
os.environ["DJANGO_SETTINGS_MODULE"] = "shop.settings"
os.environ["SHOP_JWKS"] = Issuer().jwks()


@pytest.fixture(scope="session", autouse=True)
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The project, with tables in memory."""
    os.environ["SHOP_EVENTS"] = str(tmp_path_factory.mktemp("events"))
    django.setup()
    setup_test_environment()
    made = setup_databases(verbosity=0, interactive=False)
    yield
    teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True)
def transaction(project: None) -> Iterator[None]:
    """Every test finds the first stock, and leaves it."""
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)
