"""The layout of every page: banner, clock, campaigns and number of rejections."""

from datetime import timedelta
from typing import Any

from sandbox.audit import STATES, duplicate_count
from sandbox.state import Sandbox

CHIP_COLOURS = 6
"""Number of colours in the style sheet, assigned to campaigns in order of their names."""

# An index-only query.
COUNTS = """
    select category, state, count(*) as messages
    from messages
    group by category, state
    order by category
"""
REJECTED = "select count(*) from requests where status >= 400"


def frame(sandbox: Sandbox, campaign: str = "") -> dict[str, Any]:
    """Return the layout's values; states are counted within ``campaign``, or over all mail."""
    campaigns: dict[str, int] = {}
    states: dict[str, int] = {}
    stored = 0
    for row in sandbox.database.rows(COUNTS):
        stored += row["messages"]
        if row["category"]:
            campaigns[row["category"]] = campaigns.get(row["category"], 0) + row["messages"]
        if campaign in {"", row["category"]}:
            states[row["state"]] = states.get(row["state"], 0) + row["messages"]
    return {
        "campaigns": list(campaigns.items()),
        "colours": {name: index % CHIP_COLOURS for index, name in enumerate(campaigns)},
        "states": [(state, states[state]) for state in STATES if state in states],
        "stored": stored,
        "duplicated": duplicate_count(sandbox.database),
        "rejected": sandbox.database.value(REJECTED),
        "now": sandbox.now().astimezone(sandbox.timezone),
        "shift": shift_in_words(sandbox.clock.shift),
    }


def shift_in_words(shift: timedelta) -> str:
    """Return the clock's shift in its two largest units, or an empty string without a shift."""
    minutes = round(abs(shift).total_seconds() / 60)
    if not minutes:
        return ""
    days, rest = divmod(minutes, 24 * 60)
    parts = [
        f"{number} {unit}" for number, unit in zip((days, *divmod(rest, 60)), "dhm", strict=True)
    ]
    named = [part for part in parts if not part.startswith("0 ")][:2]
    return f"{' '.join(named)} {'ahead' if shift > timedelta(0) else 'behind'}"
