-- The checks of the last nights that were checked, newest first.
select
    chec.night,
    chec.mart,
    chec.passed,
    chec.row_count,
    chec.failures,
    chec.checked_at
from ledger.mart_checks as chec
where
    chec.night in (
        select distinct late.night
        from ledger.mart_checks as late
        order by late.night desc
        limit %(nights)s
    )
order by chec.night desc, chec.mart asc
