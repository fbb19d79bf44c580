"""What the shop keeps: products, orders, and photos of what arrived broken."""

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship


class Base(DeclarativeBase):
    """All tables of the shop."""


db = SQLAlchemy(model_class=Base)


class Product(db.Model):
    """Something to buy."""

    sku: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    price: Mapped[int]
    """Cents, for guests."""
    cost: Mapped[int]
    """Cents that it cost us: nobody's business."""

    def row(self) -> dict[str, object]:
        """As the catalogue shows it."""
        return {"sku": self.sku, "name": self.name, "price": self.price}


class Order(db.Model):
    """What somebody has bought."""

    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[str] = mapped_column(index=True)
    sku: Mapped[str] = mapped_column(ForeignKey(Product.sku))
    count: Mapped[int]
    price: Mapped[int]
    """Cents, for all of it."""
    state: Mapped[str] = mapped_column(default="open")
    """``open``, ``shipped`` or ``cancelled``."""
    note: Mapped[str] = mapped_column(default="")
    photo: Mapped[bytes | None] = mapped_column(default=None, deferred=True)
    product: Mapped[Product] = relationship()

    def row(self) -> dict[str, object]:
        """The whole row. What of it may leave, the policy says."""
        own = ("id", "customer", "sku", "count", "price", "state", "note")
        return {name: getattr(self, name) for name in own} | {
            "margin": self.price - self.count * self.product.cost
        }


def fill() -> None:
    """A first stock and two orders, where there are none."""
    db.create_all()
    if db.session.get(Product, "tea") is not None:
        return
    db.session.add_all(
        [
            Product(sku="tea", name="Tea", price=400, cost=150),
            Product(sku="coffee", name="Coffee", price=700, cost=300),
            Product(sku="kettle", name="Kettle", price=3900, cost=2100),
            Order(customer="ana", sku="tea", count=2, price=800, note="ring twice"),
            Order(customer="ben", sku="kettle", count=1, price=3900),
        ]
    )
    db.session.commit()
