-- Let one process at a time push templates and groups, since SendGrid would
-- create two with the same name. The lock ends with the session.
select
    pg_advisory_lock(
        hashtextextended('ledger.templates', 0)
    ) as is_locked
