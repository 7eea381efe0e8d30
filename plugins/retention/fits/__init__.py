"""Models that SQL cannot fit, run in the night between the purchases and the signals.

A model is a module with a function `fit(connection, night) -> Fit`. It reads what dbt made of the
purchases (schema `shop`) as the night knows them, writes its numbers through
`retention.ledger.fits`, and raises `FitRefusedError` rather than leave numbers that nobody should
use. The same purchases give the same numbers. `run.MODULES` lists the models, the var
`fitted_models` chooses among them, and dbt reads what they wrote in `models/staging`.
"""
