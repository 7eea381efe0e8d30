"""Compares an edited campaign with the last night."""
