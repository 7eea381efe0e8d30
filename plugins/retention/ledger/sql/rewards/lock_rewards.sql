-- Let one process at a time freeze, decide or issue; the lock ends with the
-- transaction.
select pg_advisory_xact_lock(hashtext('ledger.reward_runs'))
