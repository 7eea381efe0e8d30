-- Record again that a request was submitted, if the database has lost it. A
-- request that is submitting or settled was not lost.
insert into ledger.requests (
    request_id,
    campaign,
    locale,
    kind,
    purpose,
    sender,
    message_count,
    state,
    claimed_at,
    submitting_at,
    batch_id,
    template_id,
    unsubscribe_group_id,
    first_release_at,
    last_release_at
)
values (
    %(request_id)s,
    %(campaign)s,
    %(locale)s,
    %(kind)s,
    %(purpose)s,
    %(sender)s,
    %(message_count)s,
    'submitting',
    %(now)s,
    %(now)s,
    %(batch_id)s,
    %(template_id)s,
    %(unsubscribe_group_id)s,
    %(first_release_at)s,
    %(last_release_at)s
)
on conflict (request_id) do update
    set
        state = excluded.state,
        submitting_at = excluded.submitting_at,
        batch_id = excluded.batch_id,
        template_id = excluded.template_id,
        unsubscribe_group_id = excluded.unsubscribe_group_id,
        first_release_at = excluded.first_release_at,
        last_release_at = excluded.last_release_at
    where requests.state = 'claimed'
