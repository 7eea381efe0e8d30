-- frozen -> graded: its totals are computed.
update ledger.reward_runs
set
    state = 'graded',
    graded_at = %(now)s
where run = %(run)s and state = 'frozen'
