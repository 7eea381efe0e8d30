-- Record the night's check of a mart; a repeated check replaces it.
insert into ledger.mart_checks (
    night, mart, passed, row_count, failures, checked_at
)
values (
    %(night)s,
    %(mart)s,
    %(passed)s,
    %(row_count)s,
    %(failures)s::jsonb,
    %(checked_at)s
)
on conflict (night, mart) do update
    set
        passed = excluded.passed,
        row_count = excluded.row_count,
        failures = excluded.failures,
        checked_at = excluded.checked_at
