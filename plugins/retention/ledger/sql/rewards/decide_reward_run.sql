-- graded -> approved, rejected, expired: somebody decided, or nobody in time.
update ledger.reward_runs
set
    state = %(state)s,
    decided_at = %(now)s,
    decided_by = %(decided_by)s,
    decision_reason = %(reason)s
where run = %(run)s and state = 'graded'
