"""Purchases of found and of comparable customers, computed from rows without SQL."""

from __future__ import annotations

from bisect import bisect
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from retention.project.shop import read_shop

if TYPE_CHECKING:
    from datetime import date

CAMPAIGN = "winback"
DOUBLINGS = [2**power for power in range(12)]


@dataclass(frozen=True)
class FullNight:
    """Candidates and decisions of a night of the full product, from its tables."""

    candidates: list[Any]
    decisions: list[Any]
    orders: list[Any]
    customers: set[str]


@dataclass(frozen=True)
class ComparedPurchases:
    """Purchases of customers that a night finds, and of others in the same class.

    Attributes:
        lines: all purchases at any time.
        window: days after the night.
    """

    night: date
    full: FullNight
    lines: list[Any]
    window: int

    @cached_property
    def wanted(self) -> dict[str, set[str]]:
        """The product types in the evidence, by found customer."""
        types = defaultdict(set)
        for row in self.full.candidates:
            if row.campaign == CAMPAIGN:
                types[row.customer_id].update(line["product_type"] for line in row.evidence)
        return types

    @cached_property
    def bought(self) -> dict[str, set[str]]:
        """The product types bought within the window, by customer."""
        shop = read_shop()
        opens = shop.midnight(self.night)
        closes = shop.midnight(self.night + timedelta(days=self.window))
        types = defaultdict(set)
        for line in self.lines:
            if opens <= line.ordered_at < closes:
                types[line.customer_id].add(line.product_type)
        return dict(types)

    @cached_property
    def classes(self) -> dict[tuple[int, int], list[str]]:
        """Customers that were not found, by class."""
        others = defaultdict(list)
        for customer in (self.full.customers | self._ordered.keys()) - self.wanted.keys():
            others[self._class_of(customer)].append(customer)
        return others

    @cached_property
    def compared(self) -> list[str]:
        """Found customers whose class has other customers."""
        return [customer for customer in self.wanted if self._class_of(customer) in self.classes]

    def bought_wanted_type(self, customer: str) -> bool:
        """Whether a found customer bought a type of the evidence."""
        return self._bought_of(customer, self.wanted[customer])

    def expected(self, *, of_types: bool) -> float:
        """Return the expected number of buyers, at the rate of comparable customers."""
        total = 0.0
        for customer in self.compared:
            others = self.classes[self._class_of(customer)]
            types = self.wanted[customer] if of_types else None
            total += sum(self._bought_of(other, types) for other in others) / len(others)
        return total

    def _bought_of(self, customer: str, types: set[str] | None) -> bool:
        bought = self.bought.get(customer, set())
        return bool(bought if types is None else bought & types)

    @cached_property
    def _ordered(self) -> dict[str, list[date]]:
        dates = defaultdict(list)
        for order in self.full.orders:
            dates[order.customer_id].append(order.ordered_date)
        return dict(dates)

    def _class_of(self, customer: str) -> tuple[int, int]:
        dates = self._ordered.get(customer, [])
        days = (self.night - max(dates)).days if dates else 0
        return bisect(DOUBLINGS, len(dates)), bisect(DOUBLINGS, days)
