-- claimed -> cancelled: the last look. Who has been suppressed, has asked to
-- unsubscribe or was forgotten since the decision, and who got an earlier copy
-- in spite of its cancel, is not written.
with claimed as (
    select
        mess.message_id,
        mess.attempts,
        (
            select min('suppressed (' || supp.scope || '): ' || supp.source)
            from ledger.suppressions as supp
            where
                supp.address = lower(mess.email)
                and supp.removed_at is null
                and (
                    supp.scope = 'address'
                    or (
                        mess.kind = 'marketing'
                        and supp.scope in ('all', mess.purpose)
                    )
                )
        ) as suppression,
        -- Who said no on our page is one person, whatever their address.
        (
            select min('unsubscribed at another address: ' || supp.source)
            from ledger.messages as earl
            inner join ledger.suppressions as supp
                on lower(earl.email) = supp.address
            where
                earl.customer_id = mess.customer_id
                and mess.kind = 'marketing'
                and supp.source = 'page'
                and supp.scope = mess.purpose
                and supp.removed_at is null
        ) as refusal
    from ledger.messages as mess
    where mess.request_id = %(request_id)s and mess.state = 'claimed'
),

judged as (
    select
        clai.message_id,
        case
            when clai.message_id = any(%(erased_ids)s::uuid[])
                then 'the person was forgotten'
            when clai.suppression is not null then clai.suppression
            when clai.refusal is not null then clai.refusal
            when clai.attempts > 0 and exists (
                select from ledger.message_events as evnt
                where
                    evnt.message_id = clai.message_id
                    and evnt.event = any(%(released_events)s::text[])
            ) then 'an earlier copy arrived in spite of its cancel'
        end as reason
    from claimed as clai
),

-- Not merged into the update: nearly always nobody is left here.
unwanted as materialized (
    select
        judg.message_id,
        judg.reason
    from judged as judg
    where judg.reason is not null
)

update ledger.messages as mess
set
    state = 'cancelled',
    state_reason = unwa.reason,
    cancelled_at = %(now)s
from unwanted as unwa
where
    mess.message_id = unwa.message_id
    and mess.request_id = %(request_id)s
    and mess.state = 'claimed'
returning mess.message_id
