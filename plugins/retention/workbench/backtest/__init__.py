"""Replays a campaign's rule over past nights: its candidates, and who bought anyway.

The nights are built in separate schemas with the prefix `backtest_`, which are dropped at the end.
The night's tables and the ledger are only read. A `night` is a local date; `now` is the current
time, aware.
"""
