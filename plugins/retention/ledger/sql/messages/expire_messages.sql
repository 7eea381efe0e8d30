-- planned -> expired: messages that were not submitted in time are not sent any
-- more.
update ledger.messages
set
    state = 'expired',
    expired_at = %(now)s
where
    state = 'planned'
    and claimed_at is null
    and expired_at is null
    and not_after <= %(now)s
