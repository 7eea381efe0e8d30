-- Three customers that a campaign would write to first.
select candidate.customer_id
from {candidates} as candidate
group by candidate.customer_id
order by max(candidate.score) desc, candidate.customer_id asc
limit 3
