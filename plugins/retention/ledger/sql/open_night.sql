-- Note that a run of a night has begun; a run that is begun again keeps its
-- first beginning.
insert into ledger.nights (
    run_id, night, scheduled_for, is_dry_run, is_backfill, opened_at
)
values (
    %(run_id)s,
    %(night)s,
    %(scheduled_for)s,
    %(is_dry_run)s,
    %(is_backfill)s,
    %(opened_at)s
)
on conflict (run_id) do nothing
