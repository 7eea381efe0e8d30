-- Take the warehouse for a run, unless another run holds it.
update ledger.nights
set held_at = %(now)s
where
    run_id = %(run_id)s
    and not exists (
        select 1
        from ledger.nights as othe
        where othe.held_at is not null and othe.run_id <> %(run_id)s
    )
