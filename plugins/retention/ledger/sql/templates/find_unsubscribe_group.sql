-- The unsubscribe group that stands for a consent purpose.
select unsg.group_id
from ledger.unsubscribe_groups as unsg
where unsg.purpose = %(purpose)s
