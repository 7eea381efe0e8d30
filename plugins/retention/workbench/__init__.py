"""What analysts run: preview, diff, backtest, explain, new campaigns, and the project check."""
