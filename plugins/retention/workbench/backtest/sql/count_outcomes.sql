-- The decisions of a replayed night, by outcome.
select
    candidates.outcome,
    count(*) as candidate_count
from replayed_candidates as candidates
where candidates.night = %(night)s
group by candidates.outcome
order by candidates.outcome
