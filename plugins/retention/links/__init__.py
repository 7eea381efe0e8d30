"""Signed links in mails: to unsubscribe, and to answer a question with one click."""
