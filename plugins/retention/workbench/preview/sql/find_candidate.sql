-- The customer's best occasion among a campaign's candidates.
select
    candidate.occasion,
    candidate.reason,
    candidate.context
from {candidates} as candidate
where candidate.customer_id = %(customer_id)s
order by candidate.score desc, candidate.occasion asc
limit 1
