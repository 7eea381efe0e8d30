with

sources as (

    select * from {{ ref('int_cross_sell_sources') }}

),

baskets as (

    select * from {{ ref('baskets') }}

),

-- Of two orders of one moment the first by name stands for the purchase.
purchases as (

    select distinct on (
        sources.customer_id, sources.product_type, sources.place
    )
        sources.*,
        baskets.order_id,
        baskets.ordered_date,
        baskets.quantity,
        baskets.net_amount
    from sources
    inner join baskets
        on
            sources.customer_id = baskets.customer_id
            and sources.source_type = baskets.product_type
            and sources.last_ordered_at = baskets.ordered_at
    order by
        sources.customer_id asc,
        sources.product_type asc,
        sources.place asc,
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
