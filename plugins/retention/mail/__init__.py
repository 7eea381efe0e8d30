"""Mails: read from the campaigns' folders, composed, rendered, and warned about."""
