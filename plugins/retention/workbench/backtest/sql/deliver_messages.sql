-- planned -> accepted: nobody delivers on replayed nights, so each message is
-- taken to arrive when it should.
update {replayed_messages}
set
    state = 'accepted',
    claimed_at = send_at,
    submitting_at = send_at,
    accepted_at = send_at,
    request_id = gen_random_uuid(),
    attempts = 1
where state = 'planned'
