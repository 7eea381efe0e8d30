"""Shops to try Paluu on, in the raw contract: `python -m sample_shops --help` fills the tables."""
