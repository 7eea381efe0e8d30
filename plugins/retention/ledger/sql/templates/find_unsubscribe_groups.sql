-- Every unsubscribe group that stands for a consent purpose, with those that
-- stood for it before: old mails still lead there.
select
    unsg.purpose,
    unsg.group_id,
    unsg.adopted_at is not null as is_adopted,
    array(
        select ugid.group_id
        from ledger.unsubscribe_group_ids as ugid
        where ugid.purpose = unsg.purpose and ugid.group_id <> unsg.group_id
        order by ugid.group_id asc
    ) as past_ids
from ledger.unsubscribe_groups as unsg
order by unsg.purpose asc
