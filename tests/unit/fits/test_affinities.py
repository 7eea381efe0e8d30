"""EASE: its weights compared with their definition, its memory, and refused fits."""

from __future__ import annotations

import numpy as np
import pytest

from retention.fits.affinities import (
    MEMORY_BYTES,
    MOST_TYPES,
    _highest,
    ease_weights,
)
from retention.fits.fit import FitRefusedError


def test_the_weights_predict_each_type_from_the_others_like_ridge_regression() -> None:
    baskets = (np.random.default_rng(7).random((200, 6)) < 0.4).astype(float)
    weights = ease_weights(np.asfortranarray(baskets.T @ baskets), 5.0)
    for column in range(6):
        others = [place for place in range(6) if place != column]
        held = baskets[:, others]
        expected = np.linalg.solve(held.T @ held + 5 * np.eye(5), held.T @ baskets[:, column])
        np.testing.assert_allclose(weights[others, column], expected, rtol=1e-9)
    assert not weights.diagonal().any()


def test_counts_that_no_baskets_can_give_are_refused() -> None:
    impossible = np.array([[1.0, 900.0], [900.0, 1.0]], order="F")
    with pytest.raises(FitRefusedError, match="not positive definite"):
        ease_weights(impossible, 200.0)


def test_two_matrices_of_the_most_types_fit_into_the_bound() -> None:
    assert 2 * 8 * MOST_TYPES**2 <= MEMORY_BYTES < 2 * 8 * (MOST_TYPES + 1) ** 2


def test_equal_weights_are_ordered_by_name_and_negative_ones_are_omitted() -> None:
    weights = np.array([[0.0, 0.2, 0.2, -0.1], [0, 0, 0, 0], [0.1, 0, 0, 0], [0, 0, 4e-7, 0]])
    types, others, scores = _highest(weights, ["a", "b", "c", "d"])
    assert list(zip(types, others, scores, strict=True)) == [
        ("a", "b", 0.2),
        ("a", "c", 0.2),
        ("c", "a", 0.1),
    ]
