-- Whether the night is history: it and a later night are both recorded.
select
    coalesce(min(decisions.night) = %(night)s, false)
    and count(distinct decisions.night) > 1 as is_history
from ledger.decisions
where decisions.night >= %(night)s
