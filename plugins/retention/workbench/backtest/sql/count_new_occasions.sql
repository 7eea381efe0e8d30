-- Number of a night's occasions that no earlier replayed night had found.
select count(*) as occasion_count
from replayed_candidates as cand
where
    cand.night = %(night)s
    and not exists (
        select from replayed_candidates as earl
        where
            earl.night < cand.night
            and earl.customer_id = cand.customer_id
            and earl.occasion = cand.occasion
    )
