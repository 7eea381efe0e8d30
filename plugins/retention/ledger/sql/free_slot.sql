-- Note that a cancel was taken back and its place is free.
update ledger.requests
set slot_freed_at = %(now)s
where request_id = %(request_id)s and fencing_at is not null
