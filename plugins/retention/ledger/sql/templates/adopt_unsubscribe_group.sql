-- The group that stands for a purpose now holds all who unsubscribed before.
update ledger.unsubscribe_groups
set adopted_at = %(now)s
where
    unsubscribe_groups.purpose = %(purpose)s
    and unsubscribe_groups.group_id = %(group_id)s
    and unsubscribe_groups.adopted_at is null
