"""Scores of predictions, by their textbook definitions, on numpy arrays of equal length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

DRAWS = 100


def average_precision(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the area under the precision-recall curve, 0 to 1; tied scores are one threshold."""
    order = np.argsort(-predicted, kind="stable")
    ranked, hits = predicted[order], np.cumsum(came_true[order])
    ends = np.append(ranked[1:] != ranked[:-1], True)
    precision = (hits / np.arange(1, len(hits) + 1))[ends]
    recall = (hits / hits[-1])[ends]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def area_under_roc(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the probability that a positive case ranks above a negative one; ties count half."""
    values, place = np.unique(predicted, return_inverse=True)
    counts = np.bincount(place, minlength=len(values))
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    true_count = came_true.sum()
    false_count = len(came_true) - true_count
    above = middle_ranks[place][came_true].sum() - true_count * (true_count + 1) / 2
    return float(above / (true_count * false_count))


def brier(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the Brier score: the mean squared distance of probabilities from outcomes (0 or 1)."""
    return float(np.mean((predicted - came_true) ** 2))


def calibration_by_quarter(predicted: np.ndarray, came_true: np.ndarray) -> list[dict[str, float]]:
    """Return the predicted and observed means of each quarter of the predictions, lowest first.

    Equal predictions stay in one quarter, so there may be fewer than four.
    """
    edges = np.unique(np.quantile(predicted, [0.25, 0.5, 0.75]))
    quarter = np.searchsorted(edges, predicted)
    return [
        {
            "predicted": round(float(predicted[quarter == number].mean()), 4),
            "observed": round(float(came_true[quarter == number].mean()), 4),
            "rows": int((quarter == number).sum()),
        }
        for number in np.unique(quarter)
    ]


def binomial_error(came_true: np.ndarray) -> float:
    """Return the standard error of a share over independent cases: sqrt(p (1 - p) / n)."""
    share = float(np.mean(came_true))
    return float(np.sqrt(share * (1 - share) / len(came_true)))


def bootstrap_error(
    score: Callable[..., float], customers: np.ndarray, *columns: np.ndarray, draws: int = DRAWS
) -> float:
    """Return the standard error of `score(*columns)` from a bootstrap over customers.

    Customers are drawn with replacement, each with all of their rows, because rows of one customer
    are not independent. The draws are the same each time.
    """
    random = np.random.default_rng(2017)
    order = np.argsort(customers, kind="stable")
    _, counts = np.unique(customers, return_counts=True)
    starts = np.cumsum(counts) - counts
    scores = []
    for _ in range(draws):
        drawn = random.integers(len(counts), size=len(counts))
        lengths = counts[drawn]
        within = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        rows = order[np.repeat(starts[drawn], lengths) + within]
        scores.append(score(*(column[rows] for column in columns)))
    return float(np.std(scores, ddof=1))
