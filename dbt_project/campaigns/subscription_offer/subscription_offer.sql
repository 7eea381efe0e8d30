{#- Customers who still buy something that runs out so often that it might as
    well come automatically. A pace of 3 in 8 weeks would be strict. -#}
{%- set minimum_purchases = 4 -%}
{%- set minimum_pace = 2 -%}
{#- Four purchases in a fortnight are a full cupboard, not a rhythm. -#}
{%- set minimum_span_days = 42 -%}
{#- Customers who have missed two of their own gaps have stopped, or have
    plenty. -#}
{%- set most_gaps_since = 2 -%}

with

product_types as (

    select * from {{ ref('product_types') }}
    where is_consumable

),

languages as (

    select * from {{ ref('mail_languages') }}

),

candidates as (

    select
        *,
        {{ shop_time('last_ordered_at') }}::date as last_ordered_date,
        floor({{ most_gaps_since }} * mean_gap_days)::int as fresh_days
    from {{ ref('subscription_candidates') }}

),

steady as (

    select
        candidates.*,
        languages.locale,
        product_types.name_en,
        {{ in_language('product_types.name', 'languages.locale') }} as name,
        candidates.last_ordered_date + candidates.fresh_days as last_offer_date
    from candidates
    inner join product_types
        on candidates.product_type = product_types.product_type
    left join languages on candidates.customer_id = languages.customer_id
    where
        candidates.purchase_count >= {{ minimum_purchases }}
        and candidates.purchases_per_56_days >= {{ minimum_pace }}
        and candidates.mean_gap_days * (candidates.purchase_count - 1)
        >= {{ minimum_span_days }}

)

-- The half-year of the last purchase: the same every night, and another one
-- only when the customer has gone on buying into the next. Together with
-- cooldown_days (.yml) nobody is asked twice within 180 days.
select
    customer_id,
    product_type || ':' || extract(year from last_ordered_date) || 'H'
    || ceil(extract(month from last_ordered_date) / 6) as occasion,
    least(1, purchases_per_56_days / 8) as score,
    {{ shop_moment('last_ordered_date + 1') }} as not_before,
    {{ shop_moment('last_offer_date + 1') }} as not_after,
    format(
        'Bought %s on %s days, every %s days on average, last on %s: now'
        ' about %s purchases in 8 weeks.',
        name_en, purchase_count, round(mean_gap_days), last_ordered_date,
        round(purchases_per_56_days::numeric, 1)
    ) as reason,
    evidence,
    jsonb_build_object(
        'name', name,
        'title', {{ sentence_case('name') }},
        'rhythm', {{ rhythm_words('mean_gap_days') }},
        'url', {{ product_page('product_id') }}
    ) as context
from steady
where {{ as_of_date() }} <= last_offer_date
