-- graded -> approved, rejected, expired: a person decided, or nobody did in
-- time.
update ledger.reward_runs
set
    state = %(state)s,
    decided_at = %(now)s,
    decided_by = %(decided_by)s,
    decision_reason = %(reason)s
where run = %(run)s and state = 'graded'
