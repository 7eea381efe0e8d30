-- The checks of the latest nights that were checked, newest first.
select
    checks.night,
    checks.mart,
    checks.passed,
    checks.row_count,
    checks.failures,
    checks.checked_at
from ledger.mart_checks as checks
where
    checks.night in (
        select distinct latest.night
        from ledger.mart_checks as latest
        order by latest.night desc
        limit %(nights)s
    )
order by checks.night desc, checks.mart asc
