with

mart_checks as (

    select * from {{ source('ledger', 'mart_checks') }}
    where night = {{ as_of_date() }}

),

-- From dbt's own lineage: the guarded marts that each campaign reads.
needed as (

    {%- for campaign in var('campaigns') %}
        {%- for mart in guarded_marts_of(campaign) %}
            select
                '{{ campaign }}' as campaign,
                '{{ mart }}' as mart
            union all
        {%- endfor %}
    {%- endfor %}
    select
        null::text as campaign,
        null::text as mart
    where false

),

judged as (

    select
        needed.campaign,
        needed.mart,
        case
            when mart_checks.night is null
                then
                    format('%s was not checked tonight', needed.mart)
            when not mart_checks.passed then format(
                '%s failed its check tonight: %s',
                needed.mart, mart_checks.failures ->> 0
            )
        end as problem
    from needed
    left join mart_checks on needed.mart = mart_checks.mart

),

gated as (

    select
        campaign,
        string_agg(mart, ', ' order by mart) as marts,
        'Held back: '
        || string_agg(problem, '; ' order by mart) || '.' as gated
    from judged
    group by campaign

)

select
    campaign,
    marts,
    gated
from gated
