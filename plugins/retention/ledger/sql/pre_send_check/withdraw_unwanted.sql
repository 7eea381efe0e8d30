-- claimed -> cancelled: the pre-send check of what the ledger itself knows.
-- People who were suppressed, unsubscribed or were forgotten since the decision
-- are not written to, nor those who got an earlier copy in spite of its cancel;
-- and nothing leaves that is worthless by now.
with claimed as (
    select
        mess.message_id,
        mess.customer_id,
        mess.kind,
        mess.purpose,
        mess.attempts,
        mess.not_after,
        lower(mess.email) as address
    from ledger.messages as mess
    where mess.request_id = %(request_id)s and mess.state = 'claimed'
),

suppressed as (
    select
        clai.message_id,
        min('suppressed (' || supp.scope || '): ' || supp.source) as reason
    from claimed as clai
    inner join ledger.suppressions as supp on clai.address = supp.address
    where
        supp.removed_at is null
        and (
            supp.scope = 'address'
            or (
                clai.kind = 'marketing'
                and supp.scope in ('all', clai.purpose)
            )
        )
    group by clai.message_id
),

-- Who said no on our page is one person, whatever their address.
refused as (
    select
        clai.message_id,
        min('unsubscribed at another address: ' || supp.source) as reason
    from claimed as clai
    inner join ledger.messages as earl on clai.customer_id = earl.customer_id
    inner join ledger.suppressions as supp
        on
            lower(earl.email) = supp.address
            and clai.purpose = supp.scope
    where
        clai.kind = 'marketing'
        and supp.source = 'page'
        and supp.removed_at is null
    group by clai.message_id
),

judged as (
    select
        clai.message_id,
        case
            when clai.message_id = any(%(erased_ids)s::uuid[])
                then 'the person was forgotten'
            when clai.not_after <= %(now)s
                then 'worthless by the time it would have left'
            when suppressed.reason is not null then suppressed.reason
            when refused.reason is not null then refused.reason
            when clai.attempts > 0 and exists (
                select from ledger.message_events as evnt
                where
                    evnt.message_id = clai.message_id
                    and evnt.event = any(%(released_events)s::text[])
            ) then 'an earlier copy arrived in spite of its cancel'
        end as reason
    from claimed as clai
    left join suppressed on clai.message_id = suppressed.message_id
    left join refused on clai.message_id = refused.message_id
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
