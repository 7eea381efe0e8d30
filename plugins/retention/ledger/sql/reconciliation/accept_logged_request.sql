-- unknown -> accepted: SendGrid's log has a mail of the request. Once a cancel
-- was requested, that no longer proves that the mail will be released.
update ledger.requests
set
    state = 'accepted',
    sendgrid_message_id = %(sendgrid_message_id)s,
    closed_at = %(now)s
where
    request_id = %(request_id)s
    and state = 'unknown'
    and cancelling_at is null
