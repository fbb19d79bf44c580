"""What the shop keeps: products, orders, and photos of what arrived broken."""

from django.db import models


class Product(models.Model):
    """Something to buy."""

    sku = models.SlugField(primary_key=True)
    name = models.CharField(max_length=80)
    price = models.PositiveIntegerField(help_text="cents, for guests")
    cost = models.PositiveIntegerField(help_text="cents that it cost us: nobody's business")

    def __str__(self) -> str:
        return self.name

    def row(self) -> dict[str, object]:
        """As the catalogue shows it."""
        return {"sku": self.sku, "name": self.name, "price": self.price}


class Order(models.Model):
    """What somebody has bought."""

    customer = models.CharField(max_length=80, db_index=True)
    sku = models.ForeignKey(Product, on_delete=models.PROTECT, db_column="sku")
    count = models.PositiveIntegerField(default=1)
    price = models.PositiveIntegerField(help_text="cents, for all of it")
    state = models.CharField(max_length=10, default="open", help_text="open, shipped, cancelled")
    note = models.CharField(max_length=200, blank=True, default="")
    photo = models.BinaryField(null=True, editable=False)

    def __str__(self) -> str:
        return f"order {self.pk}"

    def row(self) -> dict[str, object]:
        """The whole row. What of it may leave, the policy says."""
        own = ("id", "customer", "count", "price", "state", "note")
        return {name: getattr(self, name) for name in own} | {
            "sku": self.sku_id,
            "margin": self.price - self.count * self.sku.cost,
        }
