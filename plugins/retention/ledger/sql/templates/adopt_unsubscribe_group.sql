-- Record that a purpose's group now has everybody who unsubscribed before it
-- existed.
update ledger.unsubscribe_groups
set adopted_at = %(now)s
where
    unsubscribe_groups.purpose = %(purpose)s
    and unsubscribe_groups.group_id = %(group_id)s
    and unsubscribe_groups.adopted_at is null
