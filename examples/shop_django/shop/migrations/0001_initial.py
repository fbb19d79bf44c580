"""The tables of the shop."""
# ruff: noqa: RUF012

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Product",
            fields=[
                ("sku", models.SlugField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=80)),
                ("price", models.PositiveIntegerField(help_text="cents, for guests")),
                (
                    "cost",
                    models.PositiveIntegerField(
                        help_text="cents that it cost us: nobody's business"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("customer", models.CharField(db_index=True, max_length=80)),
                ("count", models.PositiveIntegerField(default=1)),
                ("price", models.PositiveIntegerField(help_text="cents, for all of it")),
                (
                    "state",
                    models.CharField(
                        default="open", help_text="open, shipped, cancelled", max_length=10
                    ),
                ),
                ("note", models.CharField(blank=True, default="", max_length=200)),
                ("photo", models.BinaryField(null=True)),
                (
                    "sku",
                    models.ForeignKey(
                        db_column="sku",
                        on_delete=django.db.models.deletion.PROTECT,
                        to="shop.product",
                    ),
                ),
            ],
        ),
    ]
