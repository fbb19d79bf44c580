"""A first stock and two orders."""
# ruff: noqa: RUF012

from typing import Any

from django.db import migrations

PRODUCTS = (
    ("tea", "Tea", 400, 150),
    ("coffee", "Coffee", 700, 300),
    ("kettle", "Kettle", 3900, 2100),
)


def fill(apps: Any, schema_editor: Any) -> None:
    """Put them there."""
    product, order = apps.get_model("shop", "Product"), apps.get_model("shop", "Order")
    for sku, name, price, cost in PRODUCTS:
        product.objects.create(sku=sku, name=name, price=price, cost=cost)
    order.objects.create(customer="ana", sku_id="tea", count=2, price=800, note="ring twice")
    order.objects.create(customer="ben", sku_id="kettle", count=1, price=3900)


class Migration(migrations.Migration):
    """Data alone."""

    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
