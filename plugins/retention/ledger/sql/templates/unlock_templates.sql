-- Let the next pusher of templates begin.
select
    pg_advisory_unlock(
        hashtextextended('ledger.templates', 0)
    ) as is_unlocked
