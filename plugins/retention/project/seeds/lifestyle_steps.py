"""`lifestyle_steps.csv`: texts and product types of a lifestyle's three mails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from retention.project.seeds.rows import EACH_LANGUAGE, Headline, Line, Paragraph, Seed, Text, Texts
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

STEPS = 3  # `campaigns/lifestyle_starter/lifestyle_starter.sql` has a window for each


class LifestyleStep(StrictModel):
    """One mail of a lifestyle.

    Attributes:
        step: place in the series, 1 to 3.
        headline: subject and headline.
        product_types: types to show, separated by semicolons, except those the customer has.
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
    """Yield a problem for each missing step; a lifestyle without any steps has no mails."""
    written: dict[str, dict[int, Line[LifestyleStep]]] = {}
    for line in lines:
        written.setdefault(line.row.lifestyle, {})[line.row.step] = line
    for lifestyle, steps in written.items():
        last = max(steps.values(), key=lambda line: line.number)
        for step in range(1, STEPS + 1):
            if step not in steps:
                yield SEED.fault(
                    last,
                    f"step: '{lifestyle}' has no step {step}; write all {STEPS}, or none to send"
                    " no mails about it",
                )
