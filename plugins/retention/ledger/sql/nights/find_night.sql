-- One run of a night, and the newest night that has planned its messages.
select
    nights.run_id,
    nights.night,
    nights.scheduled_for,
    nights.is_dry_run,
    nights.is_backfill,
    nights.opened_at,
    nights.held_at,
    (
        select max(others.night)
        from ledger.nights as others
        where others.enqueued_at is not null
    ) as newest_enqueued_night
from ledger.nights
where nights.run_id = %(run_id)s
