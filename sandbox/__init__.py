"""A local SendGrid: the official v3 contract, an inbox, and an audit of accepted mail.

Start it with ``python -m sandbox``. Importing this package alone loads nothing. Times are aware
datetimes, or milliseconds since 1970 UTC by the sandbox's clock.
"""
