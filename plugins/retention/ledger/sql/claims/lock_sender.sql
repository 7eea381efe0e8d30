-- Block the sender's other claims until this transaction ends.
select pg_advisory_xact_lock(hashtextextended(%(sender)s::text, 0)) as is_locked
