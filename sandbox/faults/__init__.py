"""Faults that tests and people plan."""
