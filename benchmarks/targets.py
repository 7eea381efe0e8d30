"""The figures of a benchmark, their targets, and the file that holds them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.table import Table

RESULTS = Path(__file__).parents[1] / "build" / "bench"


@dataclass(frozen=True)
class Quoted:
    """A figure that was not measured in this run, with its source."""

    name: str
    value: float
    source: str


@dataclass(frozen=True)
class Target:
    """One figure and its target; at most one of the bounds is given.

    Attributes:
        anchors: the figures of other methods by name, measured in the same run.
        n: number of cases behind the figure.
        standard_error: sampling error, in the figure's unit; `scores` says how it is computed.
        quoted: figures of other methods that this run cannot measure.
    """

    name: str
    value: float
    at_least: float | None = None
    at_most: float | None = None
    anchors: dict[str, float] | None = None
    n: int | None = None
    standard_error: float | None = None
    quoted: tuple[Quoted, ...] | None = None

    @property
    def is_met(self) -> bool:
        """Whether the figure reaches its target."""
        low, high = self.at_least, self.at_most
        return (low is None or self.value >= low) and (high is None or self.value <= high)

    @property
    def bound(self) -> str:
        """The target as text, such as `>= 0.5`; empty if there is none."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        return "" if self.at_most is None else f"<= {self.at_most:g}"


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
    has_errors = any(target.standard_error is not None for target in targets)
    has_others = any(target.anchors or target.quoted for target in targets)
    if has_errors:
        table.add_column("± (n)")
    if has_others:
        table.add_column("other ways, same run (q: quoted)")
    for target in targets:
        verdict = "yes" if target.is_met else "[red]no[/]"
        row = [target.name, f"{target.value:,.4g}", target.bound, verdict]
        row += [_chance(target)] if has_errors else []
        row += [_others(target)] if has_others else []
        table.add_row(*row)
    return table


def _chance(target: Target) -> str:
    error = "" if target.standard_error is None else f"{target.standard_error:.2g}"
    return error if target.n is None else f"{error} ({target.n:,})".strip()


def _others(target: Target) -> str:
    measured = [f"{name} {value:.4f}" for name, value in (target.anchors or {}).items()]
    quoted = [f"q: {other.name} {other.value:g}" for other in target.quoted or ()]
    return ", ".join(measured + quoted)
