"""What may be wrong with a mail although it can be sent, each with file and line where possible.

Errors, with which a mail cannot be composed, are found by `retention.mail.compose`.
"""
