"""`lifestyle_steps.csv`: what a lifestyle's three mails say, and what they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from retention.seeds.rows import EACH_LANGUAGE, Headline, Line, Paragraph, Seed, Text, Texts
from retention.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STEPS = 3  # `campaigns/lifestyle_starter/lifestyle_starter.sql` has a window for each


class LifestyleStep(StrictModel):
    """One mail of a lifestyle.

    Attributes:
        step: 1 goes first.
        headline: the subject, and the headline.
        product_types: what it shows, with semicolons between; of what the customer has, nothing.
    """

    lifestyle: Text
    step: Annotated[int, Field(ge=1, le=STEPS)]
    headline: Annotated[Headline, EACH_LANGUAGE]
    text: Annotated[Paragraph, EACH_LANGUAGE]
    product_types: Annotated[Texts, Field(min_length=1)]


SEED = Seed(
    "lifestyle_steps",
    LifestyleStep,
    key=("lifestyle", "step"),
    refers_to={
        "lifestyle": ("lifestyle_types", "lifestyle"),
        "product_types": ("product_types", "product_type"),
    },
)


def missing_steps(lines: Iterable[Line[LifestyleStep]]) -> Iterator[str]:
    """Yield a problem for each step that a lifestyle lacks; one without any is not written to."""
    told: dict[str, dict[int, Line[LifestyleStep]]] = {}
    for line in lines:
        told.setdefault(line.row.lifestyle, {})[line.row.step] = line
    for lifestyle, steps in told.items():
        last = max(steps.values(), key=lambda line: line.number)
        for step in range(1, STEPS + 1):
            if step not in steps:
                yield SEED.fault(
                    last,
                    f"step: '{lifestyle}' has no step {step}; write all {STEPS}, or none to write"
                    " to nobody about it",
                )
