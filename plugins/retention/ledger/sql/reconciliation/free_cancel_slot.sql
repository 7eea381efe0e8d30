-- Record that a cancel was taken back, so that its slot is free.
update ledger.requests
set cancel_slot_freed_at = %(now)s
where request_id = %(request_id)s and cancelling_at is not null
