"""The figures of a benchmark, what they should reach, and where they are written."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.table import Table

RESULTS = Path(__file__).parents[2] / "build" / "bench"


@dataclass(frozen=True)
class Target:
    """One figure and what it should reach; at most one of the bounds is given.

    Attributes:
        anchors: simpler ways by name, scored in the same run.
    """

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    anchors: dict[str, float] | None = None

    @property
    def is_met(self) -> bool:
        """Whether the figure reaches its target."""
        low, high = self.at_least, self.at_most
        return (low is None or self.value >= low) and (high is None or self.value <= high)


def write_targets(name: str, targets: list[Target], context: dict[str, Any]) -> Path:
    """Write `build/bench/<name>.json` and return its path."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    rows = [
        {key: value for key, value in asdict(target).items() if value is not None}
        for target in targets
    ]
    file = RESULTS / f"{name}.json"
    content = {"targets": rows, "context": context}
    file.write_bytes(orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SERIALIZE_NUMPY))
    return file


def target_table(targets: list[Target]) -> Table:
    """Return the figures as a table for the terminal."""
    table = Table("figure", "value", "target", "met")
    if any(target.anchors for target in targets):
        table.add_column("simpler ways, same run")
    for target in targets:
        verdict = "yes" if target.is_met else "[red]no[/]"
        anchors = ", ".join(f"{name} {value:.4f}" for name, value in (target.anchors or {}).items())
        row = (target.name, f"{target.value:,.4g}", _bound(target), verdict, anchors)
        table.add_row(*row[: len(table.columns)])
    return table


def _bound(target: Target) -> str:
    if target.at_least is not None:
        return f">= {target.at_least:g}"
    return "" if target.at_most is None else f"<= {target.at_most:g}"
