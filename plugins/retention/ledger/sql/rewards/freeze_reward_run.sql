-- [none] -> frozen: begin a run; if two begin at once, the index admits one.
insert into ledger.reward_runs (
    run,
    quarter,
    attempt,
    as_of,
    state,
    frozen_at,
    customer_count,
    checksum,
    earlier
)
values (
    %(run)s,
    %(quarter)s,
    %(attempt)s,
    %(as_of)s,
    'frozen',
    %(now)s,
    %(customer_count)s,
    %(checksum)s,
    %(earlier)s::jsonb
)
