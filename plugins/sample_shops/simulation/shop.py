"""Puts the simulated shop together: people, their random purchases, and the stories among them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sample_shops.simulation import (
    gift_stories,
    interest_stories,
    lifestyle_stories,
    loyalty_stories,
    occasion_stories,
    other_stories,
    referral_stories,
    set_stories,
    welcome_stories,
)
from sample_shops.simulation.background import (
    DAYS,
    Habits,
    Lines,
    Orders,
    draw_habits,
    draw_lines,
    draw_orders,
)
from sample_shops.simulation.catalogue import HINTS, TYPES
from sample_shops.simulation.people import Person, draw_people
from sample_shops.simulation.records import Cast, Records

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from retention.project.shop import Shop

# Of each five customers, the first two have a story each, the third may buy hints of a lifestyle at
# random and prefers certain hours, and the last two are the neighbours that a story may need.
GROUP = 5
STORY_PLACES, HABIT_PLACE, RETURN_PLACE = 2, 2, 4
STORIES = (
    *lifestyle_stories.STORIES,
    *gift_stories.STORIES,
    *other_stories.STORIES,
    *welcome_stories.STORIES,
    *interest_stories.STORIES,
    *set_stories.STORIES,
    *loyalty_stories.STORIES,
    *referral_stories.STORIES,
    *occasion_stories.STORIES,
)
FEWEST_CUSTOMERS = GROUP * -(-len(STORIES) // STORY_PLACES)  # enough for every story once
QUIET = (*other_stories.CART_STORIES, *interest_stories.STORIES, *set_stories.STORIES)
QUIET_STORIES = {STORIES.index(story) for story in QUIET}


@dataclass(frozen=True)
class SimulatedShop:
    """Everything that happened in the shop.

    Attributes:
        first_day: local date; the ticks of the random purchases count from its 00:00.
        night: the local date after the last day.
        records: the rows of the stories, and the truths.
    """

    first_day: date
    night: date
    people: list[Person]
    habits: Habits
    orders: Orders
    lines: Lines
    records: Records
    random: np.random.Generator


def simulate_shop(shop: Shop, customers: int, seed: int, night: date) -> SimulatedShop:
    """Make up two years of a shop that end when `night` begins.

    The same arguments give the same shop.
    """
    random = np.random.default_rng(seed)
    people = draw_people(customers, random, night)
    records = Records(shop, night)
    _play_stories(records, people)
    habits = _habits(customers, random, records.silent)
    orders = draw_orders(habits, random)
    lines = draw_lines(habits, orders, random)
    return SimulatedShop(
        first_day=records.day(DAYS),
        night=night,
        people=people,
        habits=habits,
        orders=orders,
        lines=lines,
        records=records,
        random=random,
    )


def _play_stories(records: Records, people: list[Person]) -> None:
    for number in range(len(people)):
        place = _story_place(number)
        neighbour = number + GROUP - STORY_PLACES
        if place is not None and neighbour < len(people):
            round_number, story = divmod(place, len(STORIES))
            STORIES[story](Cast(records, people, number, neighbour, round_number))


def _story_place(number: int) -> int | None:
    """Return the customer's position in the endlessly repeated list of stories; None for none."""
    group, place = divmod(number, GROUP)
    return group * STORY_PLACES + place if place < STORY_PLACES else None


def _habits(customers: int, random: np.random.Generator, silent: set[int]) -> Habits:
    place = np.arange(customers) % GROUP
    stories = [_story_place(number) for number in range(customers)]
    is_quiet = [story is not None and story % len(STORIES) in QUIET_STORIES for story in stories]
    habits = draw_habits(
        customers,
        random,
        has_hours=place == HABIT_PLACE,
        returns=(place == RETURN_PLACE) & (np.arange(customers) % 4 == 0),
        quiet=np.array(is_quiet),
    )
    is_silent = np.isin(np.arange(customers), list(silent))
    order_counts = np.where(is_silent, 0, habits.order_counts)
    return replace(habits, types=_without_hints(habits.types, place), order_counts=order_counts)


def _without_hints(types: NDArray[np.int64], place: NDArray) -> NDArray[np.int64]:
    """Replace hints of a lifestyle and coffee beans by books, so chance disturbs no story."""
    names = [product_type for _, product_type, *_ in TYPES]
    hints = [names.index("REGULAR BEAN"), *range(len(TYPES) - len(HINTS), len(TYPES))]
    is_hint = np.isin(types, hints) & (place != HABIT_PLACE)[:, None]
    return np.where(is_hint, names.index("BOOKS"), types)
