-- One run of a night, and the newest night that has planned its messages.
select
    nigh.run_id,
    nigh.night,
    nigh.scheduled_for,
    nigh.is_dry_run,
    nigh.is_backfill,
    nigh.opened_at,
    nigh.held_at,
    (
        select max(othe.night)
        from ledger.nights as othe
        where othe.enqueued_at is not null
    ) as newest_enqueued_night
from ledger.nights as nigh
where nigh.run_id = %(run_id)s
