-- The median of the mart's latest plausible nights before this one.
with plausible_nights as (
    select chec.row_count
    from ledger.mart_checks as chec
    where
        chec.mart = %(mart)s
        and chec.night < %(night)s
        and chec.passed
    order by chec.night desc
    limit %(nights)s
)

select
    percentile_disc(0.5) within group (
        order by plau.row_count
    ) as usual_row_count
from plausible_nights as plau
