"""A local SendGrid: the official v3 contract, an inbox, and an audit of what was accepted.

Start it with ``python -m sandbox``. Importing this package alone loads nothing.
"""
