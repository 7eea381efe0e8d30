-- The median row count of the mart on the latest nights before this one on
-- which it passed.
with plausible_nights as (
    select checks.row_count
    from ledger.mart_checks as checks
    where
        checks.mart = %(mart)s
        and checks.night < %(night)s
        and checks.passed
    order by checks.night desc
    limit %(nights)s
)

select
    percentile_disc(0.5) within group (
        order by plausible_nights.row_count
    ) as usual_row_count
from plausible_nights
