"""Sample shops to try Paluu on, loaded into the raw tables by `python -m sample_shops`.

Dates are local to the shop, in the time zone of its settings; datetimes are aware.
"""
