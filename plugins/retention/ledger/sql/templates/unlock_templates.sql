-- Let the next process push templates.
select
    pg_advisory_unlock(
        hashtextextended('ledger.templates', 0)
    ) as is_unlocked
