"""Run the benchmark of the signals: `python -m benchmarks.bench_signals --only activity`."""

from __future__ import annotations

import argparse
from importlib import import_module
from time import perf_counter
from typing import TYPE_CHECKING, Any

from rich.console import Console

from benchmarks.bench_signals import SIGNALS
from benchmarks.bench_signals.nights import CAVEAT, NIGHT
from benchmarks.journey import Journey, loaded_journey
from benchmarks.targets import Target, target_table, write_targets

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from types import ModuleType


def main() -> None:
    """Run the benchmark, write `build/bench/signals.json` and print a table."""
    parser = argparse.ArgumentParser(prog="bench_signals", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SIGNALS, default=SIGNALS, metavar="SIGNAL")
    chosen = parser.parse_args().only
    began, console = perf_counter(), Console()

    def report(step: str) -> None:
        console.print(f"{perf_counter() - began:5.0f} s  {step}", highlight=False)

    report("loading The Complete Journey ...")
    with loaded_journey() as journey:
        targets, context = score_signals(journey, chosen, report)
    context["seconds"] = round(perf_counter() - began)
    file = write_targets("signals", targets, context)
    console.print(target_table(targets))
    report(f"written to {file}")


def score_signals(
    journey: Journey, chosen: list[str] | tuple[str, ...], report: Callable[[str], None]
) -> tuple[list[Target], dict[str, Any]]:
    """Build the night and return the targets of the chosen signals, and their context."""
    context: dict[str, Any] = {"night": NIGHT.isoformat(), "data": CAVEAT, "signals": {}}
    modules = {name: import_module(f"{__package__}.{name}") for name in SIGNALS if name in chosen}
    if models := _models(modules.values()):
        report(f"building the night of {NIGHT} ...")
        journey.build(NIGHT, *models)
    targets = []
    for name, module in modules.items():
        report(f"scoring {name} ...")
        began = perf_counter()
        found = list(module.score(journey, context))
        targets += found
        context["signals"][name] = {
            "page": getattr(module, "PAGE", name),
            "targets": [target.name for target in found],
            "seconds": round(perf_counter() - began, 1),
        }
    return targets, context


def _models(modules: Iterable[ModuleType]) -> list[str]:
    return list(dict.fromkeys(model for module in modules for model in module.MODELS))


if __name__ == "__main__":
    main()
