-- Record that a run of a night has begun. A run that begins again keeps the
-- time of its first start. It stays a backfill or a dry run if it ever was one.
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
on conflict (run_id) do update
    set
        is_dry_run = nights.is_dry_run or excluded.is_dry_run,
        is_backfill = nights.is_backfill or excluded.is_backfill
