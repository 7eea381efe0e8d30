"""`care_topics.csv`: tips for the use and care of purchases, in the shop's own words."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from retention.project.seeds.rows import EACH_LANGUAGE, Seed, Text
from retention.project.strict_model import StrictModel

LONGEST_TITLE = 60  # characters of a subject that a phone shows
LONGEST_TIP = 300  # three tips make one short mail


def _calm(title: str) -> str:
    if "!" in title:
        message = f"'{title}' has an exclamation mark; it is a mail's subject, so remove it"
        raise ValueError(message)
    return title


Title = Annotated[Text, Field(max_length=LONGEST_TITLE), AfterValidator(_calm)]
Tip = Annotated[Text, Field(max_length=LONGEST_TIP)]


class CareTopic(StrictModel):
    """One tip, valid for every product type of its topic.

    Attributes:
        title: the topic, also used as the mail's subject; at most 60 characters.
        tip: the tip itself; at most 300 characters.
    """

    care_topic: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    title: Annotated[Title, EACH_LANGUAGE]
    tip: Annotated[Tip, EACH_LANGUAGE]


SEED = Seed("care_topics", CareTopic, key=("care_topic",))
