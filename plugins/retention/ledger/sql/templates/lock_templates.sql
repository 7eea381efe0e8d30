-- One pusher of templates and groups at a time: SendGrid would create two of a
-- name. The lock ends with the session.
select
    pg_advisory_lock(
        hashtextextended('ledger.templates', 0)
    ) as is_locked
