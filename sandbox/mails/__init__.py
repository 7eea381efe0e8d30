"""Mails that were handed over: their rows, their rendering, and the events about them."""
