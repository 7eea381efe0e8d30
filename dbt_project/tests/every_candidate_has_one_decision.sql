-- Candidates equal decisions, row by row: none is lost or decided twice.
select
    candidates.candidate_id,
    count(candidates.candidate_id) as candidate_count,
    count(decisions.night) as decision_count
from {{ ref('candidates') }} as candidates
full outer join {{ ref('decisions') }} as decisions
    on
        candidates.campaign = decisions.campaign
        and candidates.customer_id = decisions.customer_id
        and candidates.occasion = decisions.occasion
group by candidates.candidate_id
having count(candidates.candidate_id) <> 1 or count(decisions.night) <> 1
