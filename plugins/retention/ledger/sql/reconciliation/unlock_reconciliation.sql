-- Let the next reconciliation begin.
select
    pg_advisory_unlock(
        hashtextextended('ledger.reconciliation', 0)
    ) as is_unlocked
