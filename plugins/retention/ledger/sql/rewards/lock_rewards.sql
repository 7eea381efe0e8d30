-- One at a time freezes, decides or issues; the lock ends with the transaction.
select pg_advisory_xact_lock(hashtext('ledger.reward_runs'))
