-- Record what the checks of a graded run found unusual, for the person who
-- decides.
update ledger.reward_runs
set unusual = %(unusual)s::jsonb
where run = %(run)s and state = 'graded'
