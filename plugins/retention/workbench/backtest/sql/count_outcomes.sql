-- What a replayed night decided about the candidates.
select
    cand.outcome,
    count(*) as candidate_count
from replayed_candidates as cand
where cand.night = %(night)s
group by cand.outcome
order by cand.outcome
