"""A made-up Nordic online shop in the raw tables, with planted truths in schema `truth`.

Most purchases are drawn at random. Some customers also have a story: a planted case that a signal
must find, or a near miss that it must not find. `STORIES` of each module lists its stories; the
docstring of each says what happens in it.
"""
