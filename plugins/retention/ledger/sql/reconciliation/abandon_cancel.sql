-- SendGrid did not accept the cancel: the request is unknown as before.
update ledger.requests
set cancelling_at = null
where request_id = %(request_id)s and state = 'unknown'
