"""A campaign's rule over past nights: whom it would have found, and who bought anyway.

The nights are built in schemas of their own, which begin with `backtest_` and are dropped in the
end. The night's tables and the ledger are only read.
"""
