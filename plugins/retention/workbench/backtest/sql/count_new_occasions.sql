-- Number of a night's occasions that no earlier replayed night had found.
select count(*) as occasion_count
from replayed_candidates as candidates
where
    candidates.night = %(night)s
    and not exists (
        select from replayed_candidates as earlier
        where
            earlier.night < candidates.night
            and earlier.customer_id = candidates.customer_id
            and earlier.occasion = candidates.occasion
    )
