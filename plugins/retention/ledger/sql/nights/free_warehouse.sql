-- Give the warehouse back.
update ledger.nights
set held_at = null
where run_id = %(run_id)s
