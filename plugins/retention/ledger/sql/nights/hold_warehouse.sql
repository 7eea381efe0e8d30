-- Hold the warehouse for a run, unless another run holds it.
update ledger.nights
set held_at = %(now)s
where
    run_id = %(run_id)s
    and not exists (
        select 1
        from ledger.nights as others
        where others.held_at is not null and others.run_id <> %(run_id)s
    )
