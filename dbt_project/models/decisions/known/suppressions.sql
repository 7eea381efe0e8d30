with

ledger_suppressions as (

    select * from {{ source('ledger', 'suppressions') }}

),

-- What the night knew. A suppression that was reported later but started
-- earlier counts when the night is computed again: not writing is the safer
-- mistake.
holding as (

    select
        address,
        scope,
        source,
        suppressed_at
    from ledger_suppressions
    where
        suppressed_at < {{ as_of() }}
        and (removed_at is null or removed_at >= {{ as_of() }})

),

first_of_each as (

    select distinct on (address, scope)
        address,
        scope,
        source,
        suppressed_at
    from holding
    order by address asc, scope asc, suppressed_at asc, source asc

)

select
    address,
    scope,
    source,
    suppressed_at
from first_of_each
