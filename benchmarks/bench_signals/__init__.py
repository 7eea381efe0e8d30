"""`make bench-signals`: how good the signals are on real purchases.

The night of 2017-11-06 of The Complete Journey is built by the real dbt models and scored against
what the weeks after it brought; variants of the formulas are compared at 2017-09-11, never here.

Each module scores one signal: `MODELS` are what dbt has to build for the night, and `score(journey,
context)` yields its targets and leaves in the context what is worth knowing beside them. Figures
become the picture of `docs/signals/<module>.md`, or of the page named by `PAGE`, together with the
list of `{predicted, observed, rows}` which the context may hold under `<module>_calibration`.

A module whose mart reads a fit calls `journey.fit(NIGHT)` and builds the mart again.

`make docs-signals` writes the table and the pictures of docs/ from the last run's results.
"""

# In the order in which they run. Those that build other nights come last.
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
