-- Free the warehouse from runs that have held it since before
-- %(believed_since)s.
update ledger.nights
set held_at = null
where held_at < %(believed_since)s
