"""Affinities: one product type of a basket is hidden, and predicted from the others.

The cases are 6,000 baskets of the eight weeks after the night, with two product types or more. The
score is the share whose hidden type is among the ten types with the highest affinity to the others.
Popularity breaks ties.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from implicit.nearest_neighbours import BM25Recommender
from scipy.sparse import csr_matrix, diags

from benchmarks.bench_signals.nights import NIGHT
from benchmarks.scores import binomial_error
from benchmarks.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.journey import Journey

MODELS = ("+affinities",)
LIST = 10
CASES = 6_000
NEIGHBOURS = 100  # of implicit's item-to-item model; EASE keeps the same number


def score(journey: Journey, context: dict[str, Any]) -> Iterator[Target]:
    """Yield the hit rates of the mart's affinity and of EASE, compared with other methods."""
    journey.fit(NIGHT)
    journey.build(NIGHT, "stg_ease_affinities", "affinities")
    past = journey.read(PAST_BASKETS, night=NIGHT)
    types = past.product_type.value_counts(sort=False).sort_index()
    types = types.sort_values(ascending=False, kind="stable").index
    shown, hidden = _cases(journey.read(LATER_BASKETS, night=NIGHT), types)

    def hits(weights: csr_matrix) -> np.ndarray:
        return _place((shown @ weights).toarray(), shown, hidden) < LIST

    def hits_of(query: str) -> np.ndarray:
        return hits(_matrix(journey.read(query), types))

    together = {name: float(hits(each).mean()) for name, each in _others(past, types).items()}
    mart = hits_of("select product_type, other_type, affinity as weight from signals.affinities")
    ease = hits_of(
        "select product_type, other_type, ease_score as weight from staging.stg_ease_affinities"
    )
    context["affinity_ease_in_the_mart"] = float(hits_of(EASE_OF_THE_MART).mean())
    error = {"n": CASES, "standard_error": binomial_error(mart)}
    yield Target("affinity_sql_hit_at_10", mart.mean(), at_least=0.185, anchors=together, **error)
    error["standard_error"] = binomial_error(ease)
    yield Target("affinity_ease_hit_at_10", ease.mean(), at_least=0.235, anchors=together, **error)


def _cases(later: pd.DataFrame, types: pd.Index) -> tuple[csr_matrix, np.ndarray]:
    """Return the visible types, a row per basket, and each hidden type's column (-1: unknown)."""
    random = np.random.default_rng(2017)
    baskets = later.sort_values(["order_id", "product_type"]).groupby("order_id").product_type
    baskets = [places.to_numpy() for _, places in baskets if len(places) > 1]
    chosen = [baskets[number] for number in random.choice(len(baskets), CASES, replace=False)]
    hidden = [random.choice(basket) for basket in chosen]
    pairs = [
        (row, kind)
        for row, (basket, missing) in enumerate(zip(chosen, hidden, strict=True))
        for kind in basket
        if kind != missing
    ]
    rows, kinds = zip(*pairs, strict=True)
    columns = types.get_indexer(kinds)
    known = columns >= 0
    rows, columns = np.array(rows)[known], columns[known]
    shape = (CASES, len(types))
    return csr_matrix((np.ones(len(rows)), (rows, columns)), shape), types.get_indexer(hidden)


def _place(scores: np.ndarray, shown: csr_matrix, hidden: np.ndarray) -> np.ndarray:
    """Return the number of types ranked above the hidden one; columns are sorted by popularity."""
    scores[shown.nonzero()] = -np.inf
    own = scores[np.arange(len(hidden)), hidden][:, None]
    is_earlier = np.arange(scores.shape[1]) < hidden[:, None]
    before = np.sum((scores > own) | ((scores == own) & is_earlier), axis=1)
    return np.where(hidden < 0, LIST, before)


def _others(past: pd.DataFrame, types: pd.Index) -> dict[str, csr_matrix]:
    """Return the weights of other methods, all from the same 26 weeks."""
    rows = pd.factorize(past.order_id)[0]
    held = csr_matrix((np.ones(len(past)), (rows, types.get_indexer(past.product_type))))
    together = (held.T @ held).tolil()
    counts = together.diagonal()
    together.setdiag(0)
    together = together.tocsr()
    model = BM25Recommender(K=NEIGHBOURS)
    model.fit(held, show_progress=False)
    inverse, root = diags(1 / counts), diags(1 / np.sqrt(counts))
    return {
        "popularity": csr_matrix(together.shape),
        "plain lift": inverse @ together @ inverse,
        "cosine": root @ together @ root,
        "implicit BM25": model.similarity.T.tocsr(),
    }


def _matrix(pairs: pd.DataFrame, types: pd.Index) -> csr_matrix:
    places = types.get_indexer(pairs.product_type), types.get_indexer(pairs.other_type)
    return csr_matrix((pairs.weight.to_numpy(float), places), (len(types), len(types)))


PAST_BASKETS = """
    select order_id, product_type from shop.baskets
    where ordered_date >= %(night)s::date - 26 * 7
"""
LATER_BASKETS = """
    select order_id, product_type from truth.baskets
    where ordered_date >= %(night)s and ordered_date < %(night)s::date + 56
"""
EASE_OF_THE_MART = """
    select product_type, other_type, ease_score as weight from signals.affinities
    where ease_score is not null
"""
