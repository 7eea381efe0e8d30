{#- The issue of the week for all subscribers, with what interests them first.
    Items for everyone count as an interest of this strength. -#}
{%- set most_items = 4 -%}
{%- set everyone_strength = 0.1 -%}
{%- set week = "date_trunc('week', " ~ as_of_date() ~ ")" -%}

with

subscribers as (

    select * from {{ ref('newsletter_subscribers') }}

),

issue_items as (

    select * from {{ ref('newsletter_issue') }}

),

interests as (

    select * from {{ ref('newsletter_interests') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

weighed as (

    select
        subscribers.customer_id,
        subscribers.subscribed_at,
        issue_items.*,
        coalesce(interests.is_stated, false) as is_stated,
        coalesce(interests.bought_share, 0) as bought_share,
        coalesce(interests.looked_share, 0) as looked_share,
        case issue_items.interest
            when 'everyone' then {{ everyone_strength }}
            else coalesce(interests.strength, 0)
        end as strength
    from subscribers
    left join languages on subscribers.customer_id = languages.customer_id
    inner join issue_items
        on
            issue_items.locale
            = coalesce(languages.locale, '{{ var("default_locale") }}')
    left join interests
        on
            subscribers.customer_id = interests.customer_id
            and issue_items.interest = interests.interest

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by strength desc, item asc
        ) as place
    from weighed

)

select
    customer_id,
    issue as occasion,
    least(1, max(strength))::double precision as score,
    {{ shop_moment(week) }} as not_before,
    {{ shop_moment(week ~ " + interval '7 days'") }} as not_after,
    format(
        'Subscribed to the newsletter on %s; issue %s begins with %s, %s.',
        {{ shop_time('subscribed_at') }}::date, issue,
        (array_agg(interest order by place))[1],
        case
            when (array_agg(is_stated order by place))[1] then 'as they asked'
            when max(strength) > {{ everyone_strength }}
                then 'by what they buy and look at'
            else 'as for everybody'
        end
    ) as reason,
    jsonb_agg(
        jsonb_build_object(
            'item', item,
            'interest', interest,
            'is_stated', is_stated,
            'bought_share', bought_share,
            'looked_share', looked_share
        ) order by place
    ) as evidence,
    jsonb_build_object(
        'lead', (array_agg(headline order by place))[1],
        'items', jsonb_agg(entry order by place)
    ) as context
from ranked
where place <= {{ most_items }}
group by customer_id, subscribed_at, issue
