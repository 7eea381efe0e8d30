-- One answer to a message at a time; the lock ends with the transaction.
select
    pg_advisory_xact_lock(
        hashtextextended('ledger.answers ' || %(message_id)s::text, 0)
    ) as is_locked
