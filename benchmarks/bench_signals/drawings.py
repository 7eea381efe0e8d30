"""Drawings of rules that no public data can score: events, and the rule's answer to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.bench_signals.pictures import OTHERS, OURS, TEXT, picture

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Event:
    """An event on a lane, from `at` to `until` on the axis; `is_answer` marks the rule's answer."""

    at: float
    text: str
    is_answer: bool = False
    until: float | None = None


@dataclass(frozen=True)
class Timeline:
    """Lanes from top to bottom over one axis with labelled ticks."""

    title: str
    lanes: dict[str, tuple[Event, ...]]
    ticks: dict[float, str]


def draw_timeline(file: Path, timeline: Timeline) -> None:
    """Draw the lanes; answers are blue, spans are bars, the rest are dots."""
    with picture(file, panels=1, width=7.5, height=0.9 + 0.5 * len(timeline.lanes)) as axes:
        axis = axes[0]
        for place, events in enumerate(timeline.lanes.values()):
            axis.axhline(place, color=OTHERS, linewidth=0.8, zorder=0)
            for event in events:
                _draw_event(axis, place, event)
        ends = sorted(timeline.ticks)
        width = ends[-1] - ends[0]
        axis.set(xlim=(ends[0] - 0.03 * width, ends[-1] + 0.12 * width))
        axis.set(ylim=(len(timeline.lanes) - 0.5, -0.75), title=timeline.title)
        axis.set_yticks(range(len(timeline.lanes)), list(timeline.lanes))
        axis.set_xticks(ends, [timeline.ticks[end] for end in ends])
        axis.spines["left"].set_visible(False)
        axis.tick_params(left=False)


def _draw_event(axis: Axes, place: int, event: Event) -> None:
    color = OURS if event.is_answer else TEXT
    if event.until is None:
        axis.plot(event.at, place, "D" if event.is_answer else "o", color=color, markersize=6)
    else:
        axis.plot([event.at, event.until], [place, place], color=color, linewidth=6, alpha=0.55)
    axis.annotate(
        event.text, (event.at, place), (0, 7), textcoords="offset points",
        color=color, fontsize=8,
    )  # fmt: skip


MONTHS = {0: "1 Jan", 90: "1 Apr", 181: "1 Jul", 273: "1 Oct", 365: "1 Jan"}
DAYS = {day: f"day {day}" for day in range(0, 31, 5)}

# Events are dark, the rule's answers are blue; the night is the right end unless it is marked.
DRAWINGS = {
    "lifestyles": Timeline(
        "A lifestyle: the products that its rule requires, within a window",
        {
            "required": (Event(20, "puppy food"), Event(170, "puppy food, again")),
            "optional": (Event(30, "collar"), Event(75, "lead")),
            "lifestyle": (Event(75, "new_puppy: evidence is listed", until=350, is_answer=True),),
            "another home": (Event(55, "puppy food, nothing else: no lifestyle"),),
        },
        MONTHS,
    ),
    "gift_occasions": Timeline(
        "A gift, and the reminder in the next year",
        {
            "to grandchild": (Event(60, "toy, another address"),),
            "to own address": (Event(100, "toy: no gift"),),
            "returned": (Event(130, "returned: no gift"),),
            "next year": (
                Event(395, "reminder: a month before", is_answer=True),
                Event(425, "", is_answer=True),
            ),
        },
        {0: "1 Jan", 181: "1 Jul", 365: "1 Jan", 425: "the day", 500: ""},
    ),
    "quarter_spend": Timeline(
        "What counts towards a quarter",
        {
            "orders": (Event(10, "300.00"), Event(50, "250.00"), Event(95, "90.00")),
            "returns": (Event(70, "-40.00, of the second"),),
            "quarter": (Event(0, "Q3: 300 + 250 - 40 = 510.00", until=91, is_answer=True),),
            "next": (Event(92, "Q4: 90.00", until=130, is_answer=True),),
        },
        {0: "1 Jul", 31: "1 Aug", 62: "1 Sep", 92: "1 Oct", 130: ""},
    ),
    "loyalty": Timeline(
        "A tier rises at once and falls only when a membership year is over",
        {
            "orders": (
                Event(0, "first"),
                Event(200, "enough for silver"),
                Event(420, "little"),
                Event(600, "less"),
            ),
            "membership": (
                Event(0, "first year", until=360),
                Event(370, "second year", until=725),
                Event(735, "third year", until=1090),
            ),
            "tier": (
                Event(0, "member", until=195),
                Event(200, "silver", until=360, is_answer=True),
                Event(370, "still silver", until=725, is_answer=True),
                Event(735, "member", until=1090),
            ),
        },
        {0: "first order", 365: "a year later", 730: "two years", 1095: "three years"},
    ),
    "referrals": Timeline(
        "A referral is earned when its order is past the return window",
        {
            "kept": (
                Event(2, "first order, with the code"),
                Event(2, "", until=32),
                Event(33, "earned", is_answer=True),
            ),
            "half kept": (
                Event(2, "first order"),
                Event(14, "half came back"),
                Event(33, "earned", is_answer=True),
            ),
            "returned": (
                Event(5, "first order"),
                Event(22, "all came back: refused", is_answer=True),
            ),
            "too late": (
                Event(2, "first order"),
                Event(33, "earned", is_answer=True),
                Event(38, "all came back"),
            ),
            "second order": (Event(12, "not the first one: refused", is_answer=True),),
        },
        {2: "day 0", 12: "day 10", 22: "day 20", 32: "day 30", 42: "day 40"},
    ),
    "abandoned_carts": Timeline(
        "An abandoned cart, and one that was bought",
        {
            "cart one": (Event(1, "added"), Event(3, "last change")),
            "abandoned": (Event(3, "idle hours count until the night", until=24, is_answer=True),),
            "cart two": (Event(2, "added"), Event(6, "bought: not abandoned")),
        },
        {0: "0 h", 6: "6 h", 12: "12 h", 18: "18 h", 24: "the night"},
    ),
    "browse_interest": Timeline(
        "A page view fades to .37 in a fortnight, and a purchase ends the interest",
        {
            "tents": (Event(2, "view"), Event(16, "view"), Event(29, "search")),
            "interest": (Event(30, ".14 + .37 + .93", is_answer=True),),
            "boots": (Event(4, "view"), Event(9, "view"), Event(16, "bought: no interest left")),
        },
        DAYS,
    ),
    "first_order": Timeline(
        "The first order, and what follows it",
        {
            "orders": (Event(2, "first"), Event(24, "second")),
            "parcels": (Event(4, "shipped"), Event(7, "delivered: with the last parcel")),
            "days since": (Event(2, "until the night", until=30, is_answer=True),),
            "second after": (Event(2, "22 days", until=24, is_answer=True),),
        },
        DAYS,
    ),
    "return_habits": Timeline(
        "Few lines prove little: twenty at the shop's rate are added to each customer's",
        {
            "1 of 1 back": (Event(0, "observed", until=100), Event(14, "estimate", is_answer=True)),
            "10 of 50 back": (
                Event(0, "observed", until=20),
                Event(17, "estimate", is_answer=True),
            ),
            "0 of 30 back": (Event(4, "estimate", is_answer=True),),
            "the shop": (Event(0, "", until=10),),
        },
        {0: "0 %", 25: "25 %", 50: "50 %", 75: "75 %", 100: "100 % of lines"},
    ),
    "customer_signals": Timeline(
        "One row holds a customer's values of the other signals",
        {
            "itself": (Event(0, "stage, quintiles, activity, hours", until=30, is_answer=True),),
            "history": (Event(0, "first order, value, spend, tier", until=30, is_answer=True),),
            "habits": (Event(30, "due, next basket, cross-sell", until=45, is_answer=True),),
            "interests": (Event(20, "cart, page views, gifts", until=40, is_answer=True),),
        },
        {0: "the first order", 30: "the night", 45: "what may come", 50: ""},
    ),
    "signal_parameters": Timeline(
        "How tau and the correction are learnt every night",
        {
            "past": (Event(0, "weights with tau 60, 120, 180", until=200),),
            "window": (Event(200, "outcomes", until=256),),
            "choice": (
                Event(256, "the default tau or a clearly better one, and k", is_answer=True),
            ),
            "prediction": (Event(256, "the next days", until=312, is_answer=True),),
        },
        {0: "first order", 200: "night - H", 256: "the night", 312: "night + H", 365: ""},
    ),
}
