{#- Number of products that are named; the number of further ones links to the
    cart. -#}
{%- set shown_lines = 5 -%}

with

cart_lines as (

    select * from {{ ref('abandoned_cart_lines') }}

),

summed as (

    select
        cart_id,
        max(last_filled_at) as last_filled_at,
        {{ shop_time('max(added_at)') }}::date as last_added_date,
        count(*)::int as line_count,
        case when count(*) = count(net_amount) then sum(net_amount) end
            as net_amount,
        {%- for locale in var('mail_locales') %}
            {%- set name = quantity_words('quantity', locale)
                ~ ' || product_name' %}
            jsonb_agg(
                {{ product_item(
                    name, 'product_id', amount_words('net_amount', locale)
                ) }} order by place
            ) filter (where place <= {{ shown_lines }})
            || {{ more_items('count(*) - ' ~ shown_lines, locale) }}
                as items_{{ locale }},
            case
                when count(*) > 1 and count(*) = count(net_amount)
                    then {{ amount_words('sum(net_amount)', locale) }}
            end as amount_{{ locale }},
        {%- endfor %}
        jsonb_agg(
            jsonb_build_object(
                'cart_id', cart_id,
                'added_date', {{ shop_time('added_at') }}::date,
                'product_id', product_id,
                'product_type', product_type,
                'quantity', quantity,
                'net_amount', net_amount
            ) order by place
        ) as evidence
    from cart_lines
    group by cart_id

)

select
    cart_id,
    last_filled_at,
    last_added_date,
    line_count,
    net_amount,
    {%- for locale in var('mail_locales') %}
        items_{{ locale }},
        amount_{{ locale }},
    {%- endfor %}
    evidence
from summed
