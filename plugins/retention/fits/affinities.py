"""EASE: which product types go together, estimated for all types at once.

One linear model with a zero diagonal predicts each type from the other types of a basket. It has a
closed form: with `P = (X'X + lambda I)^-1`, `B = -P / diag(P)`, where X has one row per basket and
one column per type (H. Steck, Embarrassingly Shallow Autoencoders for Sparse Data, 2019). Unlike
counts of pairs, it knows that bread explains butter even if milk is in the basket too.
"""

from __future__ import annotations

from datetime import timedelta
from math import isqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lapack
from scipy.sparse import csr_array

from retention.database import load_statement
from retention.fits.fit import Fit, FitRefusedError
from retention.ledger.fits import replace_ease_affinities

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    import psycopg

LAMBDA = 200.0  # the published value for catalogues of this size; scores are not sensitive to it
WINDOW_DAYS = 26 * 7
MINIMUM_BASKETS = 20  # in the window; nothing can be learnt about rarer types
NEIGHBOURS = 100  # number of highest weights kept for each type
DECIMALS = 6  # further decimals depend on the processor

# Two square matrices of doubles are in memory at once: the baskets' counts and the inverse's
# triangle. If there are too many types, those in the most baskets are used.
MEMORY_BYTES = 512 * 2**20
MOST_TYPES = isqrt(MEMORY_BYTES // (2 * 8))
BASKETS_AT_ONCE = 20_000


def fit(connection: psycopg.Connection, night: date) -> Fit:
    """Fit EASE on the baskets of the 26 weeks before `night`, and keep its highest weights.

    Raises:
        FitRefusedError: fewer than two product types are frequent, or there is no solution.
    """
    window = {"first_date": night - timedelta(days=WINDOW_DAYS), "night": night}
    product_types = _frequent_types(connection, window)
    counts, basket_count = _count_together(connection, window, product_types)
    weights = ease_weights(counts, LAMBDA)
    types, others, scores = _highest(weights, product_types)
    replace_ease_affinities(connection, night, types, others, scores)
    return Fit(
        parameters={"lambda": LAMBDA, "window_days": WINDOW_DAYS, "neighbours": NEIGHBOURS},
        figures={"types": len(product_types), "baskets": basket_count, "pairs": len(scores)},
    )


def ease_weights(counts: np.ndarray, penalty: float) -> np.ndarray:
    """Return EASE's weights for X'X, which is overwritten.

    Args:
        counts: number of baskets with both types, symmetric, float64; on the diagonal, number of
            baskets with the type.
        penalty: lambda, the weight of the ridge.

    Returns:
        A matrix of the same shape; rows are types in the basket, columns are predicted types.

    Raises:
        FitRefusedError: the matrix cannot be inverted, or the weights are not finite.
    """
    counts[np.diag_indices_from(counts)] += penalty
    factor, failed = lapack.dpotrf(counts, lower=True, overwrite_a=True)
    inverse, failed_too = lapack.dpotri(factor, lower=True, overwrite_c=True)
    diagonal = inverse.diagonal().copy()
    if failed or failed_too or not np.all(np.isfinite(diagonal)):
        message = "the counts of pairs are not positive definite: are baskets counted twice?"
        raise FitRefusedError(message)
    _mirror(inverse)
    inverse /= -diagonal
    np.fill_diagonal(inverse, 0.0)
    return inverse


def _frequent_types(connection: psycopg.Connection, window: dict[str, date]) -> list[str]:
    query = load_statement("retention.fits", "list_frequent_types")
    limits = {"minimum_baskets": MINIMUM_BASKETS, "most_types": MOST_TYPES}
    found = [row[0] for row in connection.execute(query, window | limits)]
    if len(found) < 2:  # noqa: PLR2004 - a pair
        message = (
            f"{len(found)} product types are in {MINIMUM_BASKETS} baskets or more since"
            f" {window['first_date']}; pairs need two: wait for more orders, or remove 'ease' from"
            " fitted_models in dbt_project.yml"
        )
        raise FitRefusedError(message)
    return sorted(found)


def _count_together(
    connection: psycopg.Connection, window: dict[str, date], product_types: list[str]
) -> tuple[np.ndarray, int]:
    """Return X'X in Fortran order, exact in any order of baskets, and the number of baskets."""
    counts = np.zeros((len(product_types), len(product_types)), order="F")
    basket_count = 0
    for baskets in _baskets(connection, window | {"product_types": product_types}):
        ends = np.cumsum([0, *map(len, baskets)])
        places = np.concatenate(baskets)
        shape = (len(baskets), len(product_types))
        held = csr_array((np.ones(len(places)), places, ends), shape=shape)
        together = (held.T @ held).tocoo()
        counts[together.row, together.col] += together.data
        basket_count += len(baskets)
    return counts, basket_count


def _baskets(
    connection: psycopg.Connection, parameters: dict[str, object]
) -> Iterator[list[np.ndarray]]:
    query = load_statement("retention.fits", "read_baskets")
    with connection.cursor(name="baskets") as cursor:
        cursor.execute(query, parameters)
        while rows := cursor.fetchmany(BASKETS_AT_ONCE):
            yield [np.asarray(places, dtype=np.int32) for (places,) in rows]


def _mirror(lower: np.ndarray) -> None:
    """Fill the upper triangle from the lower one in place, one column at a time."""
    for place in range(1, len(lower)):
        lower[:place, place] = lower[place, :place]


def _highest(
    weights: np.ndarray, product_types: list[str]
) -> tuple[list[str], list[str], list[float]]:
    """Return the highest positive weights of each type; ties are ordered by name."""
    types, others, scores = [], [], []
    for place, product_type in enumerate(product_types):
        row = np.round(weights[place], DECIMALS)
        best = np.argsort(-row, kind="stable")[:NEIGHBOURS]
        best = best[row[best] > 0]
        types += [product_type] * len(best)
        others += [product_types[other] for other in best]
        scores += row[best].tolist()
    return types, others, scores
