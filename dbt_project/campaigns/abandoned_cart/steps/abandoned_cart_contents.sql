{#- Number of products that are named; the number of further ones links to the
    cart. -#}
{%- set shown_lines = 5 -%}

with

cart_lines as (

    select * from {{ ref('abandoned_cart_lines') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

spoken as (

    select
        cart_lines.*,
        languages.locale
    from cart_lines
    left join languages on cart_lines.customer_id = languages.customer_id

),

summed as (

    select
        cart_id,
        locale,
        max(last_filled_at) as last_filled_at,
        {{ shop_time('max(added_at)') }}::date as last_added_date,
        count(*)::int as line_count,
        case when count(*) = count(net_amount) then sum(net_amount) end
            as net_amount,
        jsonb_agg(
            {{ product_item(
                named_quantity('quantity', 'product_name'), 'product_id',
                amount_words('net_amount')
            ) }} order by place
        ) filter (where place <= {{ shown_lines }})
        || {{ more_items('count(*) - ' ~ shown_lines) }} as items,
        case
            when count(*) > 1 and count(*) = count(net_amount)
                then {{ amount_words('sum(net_amount)') }}
        end as amount,
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
    from spoken
    group by cart_id, locale

)

select
    cart_id,
    locale,
    last_filled_at,
    last_added_date,
    line_count,
    net_amount,
    items,
    amount,
    evidence
from summed
