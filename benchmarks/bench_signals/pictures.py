"""Pictures of the figures: calibration of the predictions, and our figures beside other methods'.

The same figures give the same bytes. Pictures have a white background, to be readable anywhere.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS, OTHERS, LINE, TEXT = "#2563a8", "#b8c2cc", "#c2571a", "#24292f"
PANEL_WIDTH, PANEL_HEIGHT = 4.2, 2.6
STYLE = {
    "svg.hashsalt": "paluu",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9,
    "text.color": TEXT,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "axes.edgecolor": TEXT,
    "axes.labelcolor": TEXT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": TEXT,
    "ytick.color": TEXT,
}


@contextmanager
def picture(
    file: Path, panels: int, width: float = PANEL_WIDTH, height: float = PANEL_HEIGHT
) -> Iterator[list[Axes]]:
    """Yield panels, two in a row, of `width` x `height` inches; write `file` (SVG) at the end."""
    with mpl.rc_context(STYLE):
        columns = min(panels, 2)
        rows = -(-panels // columns)
        figure: Figure = plt.figure(figsize=(width * columns, height * rows), layout="constrained")
        yield [figure.add_subplot(rows, columns, 1 + place) for place in range(panels)]
        file.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(file, format="svg", facecolor="white", metadata={"Date": None})
        plt.close(figure)


def draw_figures(
    file: Path, targets: list[dict[str, Any]], calibrations: dict[str, list[dict[str, float]]]
) -> None:
    """Draw the calibrations of a signal, if any, and each of its figures beside other methods'."""
    most = max((len(_bars(target)) for target in targets), default=0)
    panels = len(calibrations) + len(targets)
    with picture(file, panels, height=max(PANEL_HEIGHT, 1 + 0.32 * most)) as axes:
        for axis, (title, quarters) in zip(axes, calibrations.items(), strict=False):
            draw_calibration(axis, title, quarters)
        for axis, target in zip(axes[len(calibrations) :], targets, strict=True):
            draw_bars(axis, target)


def draw_calibration(axis: Axes, title: str, quarters: list[dict[str, float]]) -> None:
    """Draw predicted against observed; on the diagonal, predictions are right on average."""
    predicted = [quarter["predicted"] for quarter in quarters]
    observed = [quarter["observed"] for quarter in quarters]
    end = min(1.0, 1.12 * max(predicted + observed))
    axis.plot([0, end], [0, end], color=OTHERS, linewidth=1, zorder=1)
    axis.plot(predicted, observed, "o-", color=OURS, linewidth=1.5, clip_on=False)
    axis.set(xlim=(0, end), ylim=(0, end * 1.02), title=title)
    axis.set(xlabel="predicted, by parts of the predictions", ylabel="seen")


def draw_bars(axis: Axes, target: dict[str, Any]) -> None:
    """Draw our figure with its standard error, other methods below it, and the target as a line."""
    bars = _bars(target)
    names, values = list(bars), list(bars.values())
    error = [target.get("standard_error") or 0, *[0] * (len(bars) - 1)]
    axis.barh(
        names, values, color=[OURS, *[OTHERS] * (len(bars) - 1)], height=0.62,
        xerr=error, error_kw={"ecolor": TEXT, "elinewidth": 1},
    )  # fmt: skip
    axis.invert_yaxis()
    for place, value in enumerate(values):
        axis.annotate(
            f"{value:.3f}" if value < 1 else f"{value:.3g}",
            (value + error[place], place), (4, 0), textcoords="offset points", va="center",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
        )  # fmt: skip
    bound = target.get("at_least", target.get("at_most"))
    if bound is not None:
        side = "at least" if "at_least" in target else "at most"
        axis.axvline(bound, color=LINE, linewidth=1, linestyle="--")
        axis.set_xlabel(f"dashed: {side} {bound:g}", color=LINE)
    axis.set(xlim=(0, 1.15 * max([*values, bound or 0])), title=target["name"])
    axis.tick_params(left=False)
    axis.spines["left"].set_visible(False)


def _bars(target: dict[str, Any]) -> dict[str, float]:
    """Return our figure first, then those measured in the same run, then quoted ones."""
    quoted = {f"{other['name']} (quoted)": other["value"] for other in target.get("quoted") or ()}
    return {"Paluu": target["value"]} | (target.get("anchors") or {}) | quoted
