"""Tools for analysts: preview, diff, backtest, explain, new campaigns, and the project check."""
