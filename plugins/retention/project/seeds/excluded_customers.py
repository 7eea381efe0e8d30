"""`excluded_customers.csv`: accounts that get no rewards."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it

from retention.project.seeds.rows import Seed, Text
from retention.project.strict_model import StrictModel


class ExcludedCustomer(StrictModel):
    """An account, the local date from which it is excluded, and the reason."""

    customer_id: Text
    since_date: date
    reason: Text


SEED = Seed("excluded_customers", ExcludedCustomer, key=("customer_id",))
