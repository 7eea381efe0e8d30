-- The unsubscribe group of every consent purpose, and the groups that it had
-- before, since old mails still link to them.
select
    unsubscribe_groups.purpose,
    unsubscribe_groups.group_id,
    unsubscribe_groups.adopted_at is not null as is_adopted,
    array(
        select unsubscribe_group_ids.group_id
        from ledger.unsubscribe_group_ids
        where
            unsubscribe_group_ids.purpose = unsubscribe_groups.purpose
            and unsubscribe_group_ids.group_id <> unsubscribe_groups.group_id
        order by unsubscribe_group_ids.group_id asc
    ) as past_ids
from ledger.unsubscribe_groups
order by unsubscribe_groups.purpose asc
