"""`care_topics.csv`: how to use and look after what was bought, in the shop's own words."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from retention.seeds.rows import EACH_LANGUAGE, Seed, Text
from retention.strict_model import StrictModel

LONGEST_TITLE = 60  # a phone shows so much of a subject
LONGEST_TIP = 300  # three tips still make one short mail


def _calm(title: str) -> str:
    if "!" in title:
        message = f"'{title}' has an exclamation mark; it is the subject of a mail, take it away"
        raise ValueError(message)
    return title


Title = Annotated[Text, Field(max_length=LONGEST_TITLE), AfterValidator(_calm)]
Tip = Annotated[Text, Field(max_length=LONGEST_TIP)]


class CareTopic(StrictModel):
    """One tip, right for every type of its topic.

    Attributes:
        title: what it is about, and the mail's subject; at most 60 characters.
        tip: the tip itself; at most 300 characters.
    """

    care_topic: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")]
    title: Annotated[Title, EACH_LANGUAGE]
    tip: Annotated[Tip, EACH_LANGUAGE]


SEED = Seed("care_topics", CareTopic, key=("care_topic",))
