"""`newsletter_items.csv`: the content of the newsletter, week by week."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from retention.project.seeds.rows import (
    EACH_LANGUAGE,
    Headline,
    Line,
    Paragraph,
    PositiveCount,
    Seed,
    Text,
    Texts,
)
from retention.project.strict_model import StrictModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from retention.project.seeds.product_interests import ProductInterest

EVERYONE = "everyone"


def _week_of_the_calendar(issue: str) -> str:
    year, _, week = issue.partition("-W")
    try:
        date.fromisocalendar(int(year), int(week), 1)
    except ValueError as error:
        message = f"'{issue}' is not a week of the ISO calendar"
        raise ValueError(message) from error
    return issue


Issue = Annotated[str, Field(pattern=r"^2\d{3}-W\d{2}$"), AfterValidator(_week_of_the_calendar)]


class NewsletterItem(StrictModel):
    """One item of one issue.

    Attributes:
        issue: the ISO week in which it is sent, such as `2026-W48`.
        item: its place in the issue, for readers without known interests.
        interest: the interest of its readers, from `product_interests`, or `everyone`.
        headline: headline; the reader's first headline is also the subject.
        url: target of its link; https.
        product_types: types to show, separated by semicolons; may be empty.
    """

    issue: Issue
    item: PositiveCount
    interest: Text
    headline: Annotated[Headline, EACH_LANGUAGE]
    text: Annotated[Paragraph, EACH_LANGUAGE]
    url: Annotated[str, Field(pattern=r"^https://[^\s\"<>]+$")]
    product_types: Texts


SEED = Seed(
    "newsletter_items",
    NewsletterItem,
    key=("issue", "item"),
    refers_to={"product_types": ("product_types", "product_type")},
)


def unknown_interests(
    items: Iterable[Line[NewsletterItem]], interests: Iterable[Line[ProductInterest]]
) -> Iterator[str]:
    """Yield a problem for each item whose interest no customer can have."""
    known = {line.row.interest for line in interests} | {EVERYONE}
    for line in items:
        if line.row.interest not in known:
            yield SEED.fault(
                line,
                f"interest: '{line.row.interest}' is not one of {', '.join(sorted(known))}; add it"
                " with its product types to seeds/product_interests.csv",
            )
