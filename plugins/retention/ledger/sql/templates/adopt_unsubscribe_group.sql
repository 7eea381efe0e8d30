-- The group that stands for a purpose now holds all who unsubscribed before.
update ledger.unsubscribe_groups as unsg
set adopted_at = %(now)s
where
    unsg.purpose = %(purpose)s
    and unsg.group_id = %(group_id)s
    and unsg.adopted_at is null
