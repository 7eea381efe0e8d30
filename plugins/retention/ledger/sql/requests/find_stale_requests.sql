-- Requests whose worker has been silent for longer than its lease. Locked, so
-- that a worker that is merely slow cannot go on while they are put away.
select
    reqs.request_id,
    reqs.state
from ledger.requests as reqs
where
    reqs.state in ('claimed', 'submitting')
    and coalesce(reqs.submitting_at, reqs.claimed_at) < %(lease_began)s
order by reqs.request_id
for update skip locked
