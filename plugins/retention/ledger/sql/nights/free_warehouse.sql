-- Free the warehouse.
update ledger.nights
set held_at = null
where run_id = %(run_id)s
