"""The rows that stories add one by one: orders, parcels, carts and page views of one customer."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from sample_shops.simulation.catalogue import STORY_PRODUCTS
from sample_shops.simulation.people import Address

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retention.project.shop import Shop
    from sample_shops.simulation.people import Person


@dataclass(frozen=True)
class Parcel:
    """The recipient and address of a parcel.

    Attributes:
        name: the recipient's name, as on the label.
    """

    name: str
    address: Address


@dataclass
class Records:
    """The rows that the stories add, by table.

    Attributes:
        night: local date of the night; it knows everything before 00:00 of that date.
        rows: rows by raw table, each a dictionary by column.
        truths: rows by table of the schema `truth`.
        silent: numbers of the customers who have no random purchases, only those of their story.
    """

    shop: Shop
    night: date
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    truths: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    silent: set[int] = field(default_factory=set)

    def day(self, days_ago: int) -> date:
        """Return the local date `days_ago` days before the night; 1 is the last day."""
        return self.night - timedelta(days=days_ago)

    def moment(self, days_ago: int, hour: float = 12) -> datetime:
        """Return `hour` on the shop's wall clock, `days_ago` days before the night."""
        on_the_clock = datetime.combine(self.day(days_ago), time()) + timedelta(hours=hour)
        return on_the_clock.replace(tzinfo=self.shop.zone)

    def add(self, table: str, **values: Any) -> None:
        """Add a row to a raw table."""
        self.rows.setdefault(table, []).append(values)

    def truth(self, table: str, *, is_planted: bool, why: str, **values: Any) -> None:
        """Add a row that a signal should find, or a near miss that it should not, and why."""
        row = {**values, "is_planted": is_planted, "why": why}
        self.truths.setdefault(table, []).append(row)

    def order(  # noqa: PLR0913 - a story names only what is unusual
        self,
        person: Person,
        days_ago: int,
        types: Iterable[str],
        *,
        parcel: Parcel | None = None,
        hour: float = 12,
        status: str = "completed",
        is_gift: bool = False,
        quantity: int = 1,
        referral_code: str | None = None,
    ) -> str:
        """Add an order with one line per type, and its parcel, sent home if none is given.

        Returns:
            The order's id.
        """
        ordered_at = self.moment(days_ago, hour)
        order_id = f"{person.customer_id}-{len(self.rows.get('orders', ())) + 1}"
        self.add(
            "orders",
            order_id=order_id,
            customer_id=person.customer_id,
            store_id="web",
            ordered_at=ordered_at,
            status=status,
            is_gift=is_gift,
            referral_code=referral_code,
            updated_at=ordered_at,
        )
        for place, product_type in enumerate(types, start=1):
            product = STORY_PRODUCTS[product_type]
            self.add(
                "order_lines",
                order_line_id=f"{order_id}-{place}",
                order_id=order_id,
                product_id=product.product_id,
                quantity=quantity,
                net_amount=product.cents * quantity / 100,
                updated_at=ordered_at,
            )
        if status != "cancelled":
            self.ship(order_id, parcel or Parcel(person.name, person.address), ordered_at)
        return order_id

    def ship(self, order_id: str, parcel: Parcel, ordered_at: datetime) -> None:
        """Add the parcel of an order: packed within five hours, delivered two days later."""
        shipped_at = ordered_at + timedelta(hours=5)
        self.add(
            "shipments",
            shipment_id=f"{order_id}-P",
            order_id=order_id,
            recipient_name=parcel.name,
            street=parcel.address.street,
            postal_code=parcel.address.postal_code,
            city=parcel.address.city,
            country=parcel.address.country,
            shipped_at=shipped_at,
            expected_at=shipped_at + timedelta(days=3),
            delivered_at=self._if_known(shipped_at + timedelta(days=2)),
            updated_at=shipped_at,
        )

    def send_back(self, order_id: str, days_ago: int, *, line_count: int = 1) -> None:
        """Add the full return of an order's first lines; 0 days ago or less is after the night."""
        # The order was added just now, so its lines are among the last ones.
        lines = [line for line in self.rows["order_lines"][-50:] if line["order_id"] == order_id]
        for line in lines[:line_count]:
            self.add(
                "returns",
                return_id=f"{line['order_line_id']}-R",
                order_line_id=line["order_line_id"],
                quantity=line["quantity"],
                amount=line["net_amount"],
                returned_at=self.moment(days_ago),
                updated_at=self.moment(days_ago),
            )

    def put_in_cart(
        self,
        cart_id: str,
        customer_id: str | None,
        moment: datetime,
        types: Iterable[str],
        *,
        removed_at: datetime | None = None,
    ) -> None:
        """Add a cart with one piece of each type."""
        for place, product_type in enumerate(types, start=1):
            self.add(
                "carts",
                cart_line_id=f"{cart_id}-{place}",
                cart_id=cart_id,
                customer_id=customer_id,
                product_id=STORY_PRODUCTS[product_type].product_id,
                quantity=1,
                added_at=moment,
                removed_at=removed_at,
                updated_at=removed_at or moment,
            )

    def view_product(self, person: Person, days_ago: int, product_type: str) -> None:
        """Add a page view of a product of the type, at noon."""
        viewed_at = self.moment(days_ago)
        self.add(
            "web_events",
            event_id=f"{person.customer_id}-V{len(self.rows.get('web_events', ())) + 1}",
            customer_id=person.customer_id,
            event_type="product_view",
            product_id=STORY_PRODUCTS[product_type].product_id,
            occurred_at=viewed_at,
            updated_at=viewed_at,
        )

    def _if_known(self, moment: datetime) -> datetime | None:
        return moment if moment < self.moment(0, 0) else None


@dataclass(frozen=True)
class Cast:
    """The people in one story.

    Attributes:
        people: all customers, by number; a story may change somebody's address.
        number: number of the story's customer.
        neighbour_number: number of another customer, who has no story.
        round: how many earlier customers have the same story; stories vary with it.
    """

    records: Records
    people: list[Person]
    number: int
    neighbour_number: int
    round: int

    @property
    def person(self) -> Person:
        """The story's customer."""
        return self.people[self.number]

    @property
    def neighbour(self) -> Person:
        """Another customer, who has no story."""
        return self.people[self.neighbour_number]

    @property
    def friend(self) -> Parcel:
        """A recipient who is no customer, at an address of their own."""
        first_name = ("Lumi", "Otso", "Saga", "Milo")[self.number % 4]
        return Parcel(f"{first_name} Ketonen", self.place("Lahjatie"))

    def place(self, street: str) -> Address:
        """Return an address in `street` that no other story uses."""
        return Address(f"{street} {self.number + 1}", "96100", "Rovaniemi")
