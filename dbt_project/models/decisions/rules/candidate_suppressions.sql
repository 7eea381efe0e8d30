with

candidates as (

    select * from {{ ref('candidates') }}

),

permissions as (

    select * from {{ ref('candidate_permissions') }}

),

suppressions as (

    select * from {{ ref('suppressions') }}

),

farewells as (

    select * from {{ ref('farewells') }}

),

applying as (

    select
        candidates.candidate_id,
        suppressions.source,
        suppressions.suppressed_at
    from candidates
    inner join permissions
        on candidates.candidate_id = permissions.candidate_id
    inner join suppressions
        on lower(permissions.email) = suppressions.address
    where
        suppressions.scope = 'address'
        or (
            candidates.kind = 'marketing'
            and suppressions.scope in ('all', candidates.purpose)
        )

),

first_of_each as (

    select distinct on (candidate_id)
        candidate_id,
        format(
            case source
                when 'bounces' then 'Mail to this address came back on %s.'
                when 'invalid_emails'
                    then 'SendGrid found no such address on %s.'
                when 'spam_reports' then 'The recipient reported spam on %s.'
                else 'The recipient unsubscribed on %s.'
            end,
            {{ shop_time('suppressed_at') }}::date
        ) as suppressed
    from applying
    order by candidate_id asc, suppressed_at asc, source asc

)

select
    candidates.candidate_id,
    coalesce(first_of_each.suppressed, farewells.farewell) as suppressed
from candidates
left join first_of_each
    on candidates.candidate_id = first_of_each.candidate_id
-- The campaign that said goodbye may still send its remaining messages.
left join farewells
    on
        candidates.customer_id = farewells.customer_id
        and candidates.campaign <> farewells.campaign
        and candidates.kind = 'marketing'
where
    first_of_each.candidate_id is not null
    or farewells.customer_id is not null
