-- claimed -> cancelled: the pre-send check of gift cards. Mails whose card is
-- void, or whose code was mailed before, do not leave. The cards are locked
-- until the commit, so that none is voided while its mail leaves.
with held as (
    select card.card_id
    from ledger.gift_cards as card
    where
        card.card_id = any(%(card_ids)s::uuid[])
        and card.code_plain is not null
    order by card.card_id
    for share
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = 'its gift card is void, or was mailed before',
    cancelled_at = %(now)s
where
    messages.request_id = %(request_id)s
    and messages.state = 'claimed'
    and (messages.context ->> 'gift_card_id')::uuid not in (
        select held.card_id from held
    )
returning messages.message_id
