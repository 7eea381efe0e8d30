"""Inbound: SendGrid's events and suppression lists, unsubscribes, and answers to questions.

In all modules, `now` is the current time, an aware datetime passed in by the caller.
"""
