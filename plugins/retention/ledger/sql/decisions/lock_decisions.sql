-- Let one process at a time record a night; the lock ends with the transaction.
select
    pg_advisory_xact_lock(
        hashtext('ledger.decisions'), %(night)s - date '2000-01-01'
    )
