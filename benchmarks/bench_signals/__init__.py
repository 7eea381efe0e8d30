"""`make bench-signals`: the quality of the signals on real purchases.

The real dbt models build the night of 2017-11-06 of The Complete Journey, which is scored against
the following weeks. Variants of the formulas are compared at 2017-09-11, never here.

Each module scores one signal. `MODELS` are the dbt models to build for the night, and
`score(journey, context)` yields the targets and adds other useful results to the context. The
figures become the picture of `docs/signals/<module>.md`, or of the page named by `PAGE`, together
with the list of `{predicted, observed, rows}` that the context may hold under
`<module>_calibration`.

A module whose mart reads a fit calls `journey.fit(NIGHT)` and builds the mart again.

`make docs-signals` writes the table and the pictures of docs/ from the results of the last run.
"""

# In running order. Modules that build other nights come last.
SIGNALS = (
    "purchase_hours",
    "replenishment",
    "activity",
    "buy_again",
    "subscription_candidates",
    "customer_value",
    "affinities",
    "cross_sell",
    "seasonal_occasions",
    "due_dates",
    "lifestyles",
    "gift_occasions",
)
