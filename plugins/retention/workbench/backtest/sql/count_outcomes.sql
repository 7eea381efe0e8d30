-- The decisions of a replayed night, by outcome.
select
    cand.outcome,
    count(*) as candidate_count
from replayed_candidates as cand
where cand.night = %(night)s
group by cand.outcome
order by cand.outcome
