-- One reconciliation at a time; the lock ends with the session.
select
    pg_try_advisory_lock(
        hashtextextended('ledger.reconciliation', 0)
    ) as is_locked
