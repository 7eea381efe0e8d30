{#- Weights of the signs of interest: having stated it, its share of what one
    buys again, its share of what one viewed and did not buy. -#}
{%- set weights = {'stated': 1, 'bought': 1, 'looked': 0.5} -%}

with

subscribers as (

    select * from {{ ref('newsletter_subscribers') }}

),

stated_interests as (

    select * from {{ ref('stated_interests') }}

),

bought as (

    select
        customer_id,
        product_type,
        weight::numeric as weight
    from {{ ref('buy_again') }}
    where is_own

),

looked as (

    select
        customer_id,
        product_type,
        interest as weight
    from {{ ref('browse_interest') }}

),

product_interests as (

    select * from {{ ref('product_interests') }}

),

-- Types without an interest count in the totals of these shares.
signs as (

    select
        customer_id,
        interest,
        'stated' as sign,
        {{ weights.stated }} as sign_weight,
        1 as share
    from stated_interests

    {%- for sign in ['bought', 'looked'] %}

        union all

        select
            {{ sign }}.customer_id,
            product_interests.interest,
            '{{ sign }}' as sign,
            {{ weights[sign] }} as sign_weight,
            {{ sign }}.weight
            / sum({{ sign }}.weight) over (partition by {{ sign }}.customer_id)
                as share
        from {{ sign }}
        left join product_interests
            on {{ sign }}.product_type = product_interests.product_type
    {%- endfor %}

)

select
    {%- for sign in ['bought', 'looked'] %}
        coalesce(
            sum(signs.share) filter (where signs.sign = '{{ sign }}'), 0
        )::numeric(5, 3) as {{ sign }}_share,
    {%- endfor %}
    signs.customer_id,
    signs.interest,
    bool_or(signs.sign = 'stated') as is_stated,
    sum(signs.share * signs.sign_weight)::numeric(6, 3) as strength
from signs
inner join subscribers on signs.customer_id = subscribers.customer_id
where signs.interest is not null
group by signs.customer_id, signs.interest
