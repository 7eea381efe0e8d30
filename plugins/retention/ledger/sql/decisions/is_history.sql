-- Whether the night is history: it is recorded, and so is a later one.
select
    coalesce(min(decs.night) = %(night)s, false)
    and count(distinct decs.night) > 1 as is_history
from ledger.decisions as decs
where decs.night >= %(night)s
