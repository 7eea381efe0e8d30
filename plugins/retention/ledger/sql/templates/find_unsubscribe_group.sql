-- The unsubscribe group of a consent purpose.
select unsubscribe_groups.group_id
from ledger.unsubscribe_groups
where unsubscribe_groups.purpose = %(purpose)s
