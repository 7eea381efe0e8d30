{#- Number of purchases listed for a suggestion. -#}
{%- set shown = 3 -%}
{%- set tau_days = 60 -%}

with

ranks as (

    select * from {{ ref('int_cross_sell_ranks') }}

),

neighbours as (

    select * from {{ ref('int_cross_sell_neighbours') }}

),

type_weights as (

    select * from {{ ref('type_weights') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

-- A rule's own purchase first, then those with the greatest weight.
spoken as (

    select
        ranks.customer_id,
        ranks.product_type,
        weights.product_type as source_type,
        weights.last_ordered_at,
        neighbours.together_count,
        coalesce(weights.product_type = ranks.source_type, false) as is_rule,
        neighbours.closeness
        * {{ decayed_count('weights', tau_days, as_of_date()) }} as weight
    from ranks
    inner join type_weights as weights
        on ranks.customer_id = weights.customer_id
    left join neighbours
        on
            weights.product_type = neighbours.product_type
            and ranks.product_type = neighbours.other_type
    where
        neighbours.closeness is not null
        or weights.product_type = ranks.source_type

),

numbered as (

    select
        customer_id,
        product_type,
        source_type,
        last_ordered_at,
        together_count,
        is_rule,
        row_number() over (
            partition by customer_id, product_type
            order by
                is_rule desc,
                weight desc nulls last,
                source_type asc
        ) as place
    from spoken

),

-- If two orders were placed at the same time, the first by id represents the
-- purchase.
purchases as (

    select distinct on (
        numbered.customer_id, numbered.product_type, numbered.place
    )
        numbered.*,
        baskets.order_id,
        baskets.ordered_date,
        baskets.quantity,
        baskets.net_amount
    from numbered
    inner join baskets
        on
            numbered.customer_id = baskets.customer_id
            and numbered.source_type = baskets.product_type
            and numbered.last_ordered_at = baskets.ordered_at
    where numbered.place <= {{ shown }}
    order by
        numbered.customer_id asc,
        numbered.product_type asc,
        numbered.place asc,
        baskets.order_id asc

),

listed as (

    select
        customer_id,
        product_type,
        max(source_type) filter (where place = 1) as source_type,
        max(ordered_date) filter (where place = 1) as source_ordered_date,
        jsonb_agg(
            jsonb_build_object(
                'order_id', order_id,
                'ordered_date', ordered_date,
                'product_type', source_type,
                'quantity', quantity,
                'net_amount', net_amount,
                'because', case when is_rule then 'rule' else 'affinity' end,
                'together_count', together_count
            )
            order by place
        ) as evidence
    from purchases
    group by customer_id, product_type

)

select * from listed
