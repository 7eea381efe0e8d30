"""The report of a replay, with its limitations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retention.workbench.report import Document, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retention.workbench.backtest.results import Backtest, Purchases, ReplayedNight

WIDTH = 24  # characters of the longest bar
BOUGHT, FOUND = "█", "░"
FEW = 30  # customers; shares of fewer say little
BLOCKS = ("already_planned", "cooling_down", "capped", "outranked")
REMARKS = (
    "Comparable customers: not found by the rule that night, with a similar number of orders and"
    " days since the last order, each within a factor of two.",
    "The report does not show the effect of the mail itself. These customers bought without it;"
    " only the campaign's holdout measures the difference.",
    "Assumptions: the marts of replayed nights pass their checks, addresses and late corrections"
    " are the current ones, and every message is accepted at its planned time. Nights in between"
    " are not replayed, so their messages do not count towards caps and cooldowns.",
)


def describe(replay: Backtest) -> Document:
    """Return the report of a replay."""
    first, last = replay.nights[0].night, replay.nights[-1].night
    return Document(
        title=f"{replay.campaign} on {len(replay.nights)} nights, {first} to {last}",
        sentences=tuple(_sentences(replay)),
        warnings=tuple(_warnings(replay)),
        tables=(
            Table(
                f"By night ({BOUGHT} bought within {replay.window_days} days, {FOUND} did not)",
                (
                    "night", "found", "new", "send", *(name.replace("_", " ") for name in BLOCKS),
                    "bought", "comparable", "",
                ),
                tuple(_row(night, _widest(replay)) for night in replay.nights),
            ),
            _counted("Decided", "outcome", "candidates", replay.outcomes, replay.candidates),
            _counted(
                "Found by another campaign on the same night", "campaign", "customers",
                replay.overlaps, sum(night.purchases.customers for night in replay.nights),
            ),
        ),
        remarks=REMARKS,
    )  # fmt: skip


def _sentences(replay: Backtest) -> Iterator[str]:
    count = len(replay.nights)
    yield (
        f"The rule finds {replay.candidates / count:.0f} candidates a night and"
        f" {replay.occasions} different occasions in total; {replay.outcomes.get('send', 0)}"
        f" messages would have been sent. Took {replay.seconds:.0f} s."
    )
    if not replay.overlaps:
        yield "No other campaign finds any of these customers on the same night."
    finished = replay.finished
    if not finished:
        yield f"No night's window of {replay.window_days} days is over: purchases are unknown."
        return
    yield _bought_anything(replay.window_days, finished)
    if typed := sum(night.typed for night in finished):
        bought = sum(night.typed_bought for night in finished)
        expected = sum(night.expected_typed for night in finished)
        yield (
            "Ordered a product type from the evidence:"
            f" {_share(bought, typed)}, against {_share(expected, typed)} of comparable customers."
        )


def _bought_anything(window_days: int, finished: list[Purchases]) -> str:
    customers = sum(night.customers for night in finished)
    compared = sum(night.compared for night in finished)
    bought = sum(night.bought for night in finished)
    sentence = (
        f"Within {window_days} days {_share(bought, customers)} of the customers found ordered"
        f" something anyway ({bought} of {customers}, counted once per night)"
    )
    if not compared:
        return f"{sentence}; there are no comparable customers."
    own = sum(night.compared_bought for night in finished)
    expected = sum(night.expected_bought for night in finished)
    own_share = f", against {_share(own, compared)} of those found who have any"
    likes = f"{_share(expected, compared)} of comparable customers did"
    return f"{sentence}; {likes}{'' if compared == customers else own_share}."


def _warnings(replay: Backtest) -> Iterator[str]:
    open_nights = len(replay.nights) - len(replay.finished)
    if open_nights and replay.finished:
        yield (
            f"Too recent: the {replay.window_days} days of {open_nights} of"
            f" {len(replay.nights)} nights are not over; purchases count for the others only."
        )
    if 0 < sum(night.customers for night in replay.finished) < FEW:
        yield f"Fewer than {FEW} customers: shares are mostly chance."
    if replay.sent_messages:
        yield (
            f"The campaign really sent {replay.sent_messages} messages in that time, which may have"
            " caused some of these purchases."
        )
    if replay.is_fitted:
        yield (
            "The campaign reads models that were fitted on all purchases up to now, so these"
            " nights used some data from after them."
        )


def _row(night: ReplayedNight, widest: int) -> tuple[object, ...]:
    bought = night.purchases
    shares: tuple[str, str] = ("not over", "")
    if night.is_over:
        shares = (
            _share(bought.bought, bought.customers),
            _share(bought.expected_bought, bought.compared),
        )
    return (
        str(night.night),
        night.candidates,
        night.new_occasions,
        night.outcomes.get("send", 0),
        *(night.outcomes.get(name, 0) for name in BLOCKS),
        *shares,
        _bar(night, widest),
    )


def _bar(night: ReplayedNight, widest: int) -> str:
    length = -(-WIDTH * night.purchases.customers // widest)
    bought = round(WIDTH * night.purchases.bought / widest) if night.is_over else 0
    return BOUGHT * bought + FOUND * (length - bought)


def _widest(replay: Backtest) -> int:
    return max(1, *(night.purchases.customers for night in replay.nights))


def _counted(title: str, name: str, what: str, counts: dict[str, int], total: int) -> Table:
    rows = tuple((each, count, _share(count, total)) for each, count in counts.items())
    return Table(title, (name, what, "share"), rows)


def _share(part: float, whole: int) -> str:
    return f"{100 * part / whole:.0f} %" if whole else "-"
