-- Requests whose worker has been silent for longer than its lease. They are
-- locked, so that a worker that is merely slow cannot continue while they are
-- settled.
select
    requests.request_id,
    requests.state
from ledger.requests
where
    requests.state in ('claimed', 'submitting')
    and coalesce(requests.submitting_at, requests.claimed_at) < %(lease_began)s
order by requests.request_id
for update skip locked
