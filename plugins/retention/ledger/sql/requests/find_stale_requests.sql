-- Requests whose worker has been silent for longer than its lease. Locked, so
-- that a worker that is merely slow cannot go on while they are put away.
select
    requests.request_id,
    requests.state
from ledger.requests
where
    requests.state in ('claimed', 'submitting')
    and coalesce(requests.submitting_at, requests.claimed_at) < %(lease_began)s
order by requests.request_id
for update skip locked
