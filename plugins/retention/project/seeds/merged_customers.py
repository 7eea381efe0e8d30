"""`merged_customers.csv`: accounts that the shop has merged into others."""

from __future__ import annotations

from datetime import date  # noqa: TC003 - pydantic reads it
from typing import TYPE_CHECKING, Self

from pydantic import model_validator

from retention.project.seeds.rows import Line, Seed, Text
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class MergedCustomer(StrictModel):
    """A merged account, the account that remains, and the local date of the merge."""

    old_customer_id: Text
    customer_id: Text
    merged_date: date

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.old_customer_id == self.customer_id:
            message = f"'{self.customer_id}' cannot be merged into itself; name the other account"
            raise ValueError(message)
        return self


SEED = Seed("merged_customers", MergedCustomer, key=("old_customer_id",))


def faults_between(lines: Iterable[Line[MergedCustomer]]) -> Iterator[str]:
    """Yield each row that merges into an account that was merged itself."""
    lines = list(lines)
    merged = {line.row.old_customer_id: line for line in lines}
    for line in lines:
        further = merged.get(line.row.customer_id)
        if further is not None:
            yield SEED.fault(
                line,
                f"customer_id: '{line.row.customer_id}' was merged on line {further.number}; write"
                f" '{further.row.customer_id}' here too",
            )
