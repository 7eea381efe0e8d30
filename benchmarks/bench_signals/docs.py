"""`make docs-signals`: the table and the pictures of docs/, drawn from build/bench/signals.json.

Nothing is measured here: the same results give the same bytes.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import orjson

from benchmarks.bench_signals.drawings import DRAWINGS, draw_timeline
from benchmarks.bench_signals.pictures import draw_figures
from benchmarks.targets import RESULTS, Quoted, Target

DOCS = Path(__file__).parents[2] / "docs"
MARKED = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- /figures -->)", re.DOTALL)
HEADER = (
    "| figure | Paluu | target | met | ± | n | other methods, same run | quoted |\n"
    "|---|---|---|---|---|---|---|---|\n"
)


def main() -> None:
    """Write the table into docs/signals.md and the pictures into docs/pictures/signals/."""
    results = orjson.loads((RESULTS / "signals.json").read_bytes())
    targets, context = results["targets"], results["context"]
    index = DOCS / "signals.md"
    table = HEADER + "".join(_row(target) for target in targets)
    index.write_text(MARKED.sub(lambda _: f"\n{table}\n", index.read_text()))
    pictures = DOCS / "pictures" / "signals"
    for page, modules in _pages(context["signals"]).items():
        names = {name for module in modules for name in context["signals"][module]["targets"]}
        draw_figures(
            pictures / f"{page}.svg",
            [target for target in targets if target["name"] in names],
            _calibrations(context, modules),
        )
    for page, timeline in DRAWINGS.items():
        draw_timeline(pictures / f"{page}.svg", timeline)


def _pages(signals: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    """Return the modules by the page that shows their figures; drawings come before figures."""
    pages: dict[str, list[str]] = {}
    for module, scored in signals.items():
        if scored["targets"] and scored["page"] not in DRAWINGS:
            pages.setdefault(scored["page"], []).append(module)
    return pages


def _calibrations(context: dict[str, Any], modules: list[str]) -> dict[str, list[dict[str, float]]]:
    """Return the calibrations of the modules by title."""
    found = {module: context.get(f"{module}_calibration") for module in modules}
    return {
        f"{module}: predicted and seen": quarters for module, quarters in found.items() if quarters
    }


def _row(row: dict[str, Any]) -> str:
    """Return a figure as a row of the table."""
    quoted = tuple(Quoted(**other) for other in row.get("quoted") or ())
    target = Target(**row | {"quoted": quoted})
    cells = (
        f"`{target.name}`",
        f"**{_number(target.value)}**",
        target.bound.replace(">=", "≥").replace("<=", "≤").replace(" 0.", " ."),
        "" if not target.bound else "pass" if target.is_met else "**miss**",
        "" if target.standard_error is None else f"{target.standard_error:.2g}",
        "" if target.n is None else f"{target.n:,}",
        "; ".join(f"{name} {_number(value)}" for name, value in (target.anchors or {}).items()),
        "; ".join(f"{other.name} {_number(other.value)} ({other.source})" for other in quoted),
    )
    return f"| {' | '.join(cells)} |\n"


def _number(value: float) -> str:
    """Return three or four digits, without a zero before the point: .4363, 20.6, 1."""
    return f"{value:.4f}".removeprefix("0") if value < 1 else f"{value:.3g}"


if __name__ == "__main__":
    main()
