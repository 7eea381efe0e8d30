"""Delivery: never twice, never lost, never silent.

SendGrid has no idempotency key, and a lost response looks the same whether it took the mail or
not. So a message is *submitting*, committed, before the call that may send it. Only a response
that proves the mail was not taken puts it back. Everything else is *unknown* and is not sent again.
`retention.ledger.states` lists the states; `protocol` is the loop through them.

In all modules, `now` is the current time, an aware datetime passed in by the caller. A parameter
`clock` returns it and moves on with real time.
"""
