-- Candidates that the night did not decide on, and decisions without candidate.
select count(*) as unmatched_count
from decisions.candidates
full outer join decisions.decisions
    on
        candidates.campaign = decisions.campaign
        and candidates.customer_id = decisions.customer_id
        and candidates.occasion = decisions.occasion
where candidates.campaign is null or decisions.campaign is null
