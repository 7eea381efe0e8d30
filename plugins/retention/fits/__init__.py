"""Models that SQL cannot fit. The night fits them between the purchases and the signals.

A model is a module with a function `fit(connection, night) -> Fit`. It reads dbt's purchases
(schema `shop`) as known on the night, writes its results through `retention.ledger.fits`,
and raises `FitRefusedError` rather than write unusable results. The same purchases give the same
results. `run.MODULES` lists the models, the var `fitted_models` selects from them, and dbt reads
the results in `models/staging`. `night` is a local date; `now` is the current time, aware.
"""
