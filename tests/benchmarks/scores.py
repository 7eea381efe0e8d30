"""Scores of predictions, each as its textbook defines it, on numpy arrays of equal length."""

from __future__ import annotations

import numpy as np


def average_precision(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the area under the precision-recall curve, 0 to 1; ties count as one threshold."""
    order = np.argsort(-predicted, kind="stable")
    ranked, hits = predicted[order], np.cumsum(came_true[order])
    ends = np.append(ranked[1:] != ranked[:-1], True)
    precision = (hits / np.arange(1, len(hits) + 1))[ends]
    recall = (hits / hits[-1])[ends]
    return float(np.sum(np.diff(recall, prepend=0.0) * precision))


def area_under_roc(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the probability that a true one is ranked above a false one; ties count half."""
    values, place = np.unique(predicted, return_inverse=True)
    counts = np.bincount(place, minlength=len(values))
    middle_ranks = np.cumsum(counts) - (counts - 1) / 2
    true_count = came_true.sum()
    false_count = len(came_true) - true_count
    above = middle_ranks[place][came_true].sum() - true_count * (true_count + 1) / 2
    return float(above / (true_count * false_count))


def brier(predicted: np.ndarray, came_true: np.ndarray) -> float:
    """Return the mean squared distance of probabilities from what happened (0 or 1)."""
    return float(np.mean((predicted - came_true) ** 2))


def calibration_by_quarter(predicted: np.ndarray, came_true: np.ndarray) -> list[dict[str, float]]:
    """Return predicted and observed means of the quarters of the predictions, lowest first.

    Equal predictions stay together, so that there may be fewer than four.
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
