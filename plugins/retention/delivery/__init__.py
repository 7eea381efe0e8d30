"""Delivery: never twice, never lost, never silent.

SendGrid knows no idempotency key, and a lost answer looks the same whether it took the mail or
not. So a message is *submitting*, committed, before the call that may send it; only an answer that
proves the mail was not taken puts it back; everything else is *unknown* and is not sent again.
`retention.ledger.states` draws the states, `protocol` is the loop through them.
"""
