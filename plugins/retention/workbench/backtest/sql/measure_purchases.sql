-- Purchases within the window by the customers that a night finds, and by
-- comparable customers that it does not find: with a similar number of orders
-- and days since the last order, each within a factor of two.
with found as (
    select
        candidates.customer_id,
        array_agg(distinct told.product_type) filter (
            where told.product_type is not null
        ) as product_types
    from backtest_decisions.candidates
    left join lateral (
        select kind #>> '{}' as product_type
        from jsonb_path_query(candidates.evidence, '$.**.product_type') as kind
    ) as told on true
    where candidates.campaign = %(campaign)s
    group by candidates.customer_id
),

histories as (
    select
        orders.customer_id,
        count(*)::int as order_count,
        %(night)s - max(orders.ordered_date) as days_since
    from backtest_shop.kept_orders as orders
    group by orders.customer_id
),

customers as (
    select customers.customer_id
    from backtest_staging.stg_customers as customers
    where customers.created_at < %(opens_at)s

    union distinct

    select histories.customer_id
    from histories

    union distinct

    select found.customer_id
    from found
),

bought as (
    select
        purchases.customer_id,
        array_agg(distinct purchases.product_type) as product_types
    from replayed_purchases as purchases
    where
        purchases.ordered_at >= %(opens_at)s
        and purchases.ordered_at < %(closes_at)s
    group by purchases.customer_id
),

placed as (
    select
        customers.customer_id,
        width_bucket(coalesce(histories.order_count, 0), %(doublings)s)
            as order_class,
        width_bucket(coalesce(histories.days_since, 0), %(doublings)s)
            as recency_class,
        found.customer_id is not null as is_found,
        found.product_types as wanted_types,
        bought.customer_id is not null as has_bought,
        bought.product_types as bought_types
    from customers
    left join histories on customers.customer_id = histories.customer_id
    left join found on customers.customer_id = found.customer_id
    left join bought on customers.customer_id = bought.customer_id
),

classes as (
    select
        placed.order_class,
        placed.recency_class,
        count(*) as other_count,
        count(*) filter (where placed.has_bought) as bought_count
    from placed
    where not placed.is_found
    group by placed.order_class, placed.recency_class
),

wanted as (
    select distinct
        placed.order_class,
        placed.recency_class,
        placed.wanted_types
    from placed
    where placed.is_found and placed.wanted_types is not null
),

wanted_by_others as (
    select
        wanted.order_class,
        wanted.recency_class,
        wanted.wanted_types,
        count(*) as bought_count
    from wanted
    inner join placed
        on
            wanted.order_class = placed.order_class
            and wanted.recency_class = placed.recency_class
            and wanted.wanted_types && placed.bought_types
    where not placed.is_found
    group by wanted.order_class, wanted.recency_class, wanted.wanted_types
),

compared as (
    select
        placed.*,
        classes.other_count is not null as has_others,
        classes.bought_count::numeric / classes.other_count as base_share,
        coalesce(others.bought_count, 0)::numeric / classes.other_count
            as typed_share,
        placed.wanted_types is not null as is_typed,
        coalesce(placed.wanted_types && placed.bought_types, false)
            as has_bought_type
    from placed
    left join classes
        on
            placed.order_class = classes.order_class
            and placed.recency_class = classes.recency_class
    left join wanted_by_others as others
        on
            placed.order_class = others.order_class
            and placed.recency_class = others.recency_class
            and placed.wanted_types = others.wanted_types
    where placed.is_found
)

select
    count(*) as customers,
    count(*) filter (where compared.has_bought) as bought,
    count(*) filter (where compared.has_others) as compared,
    count(*) filter (where compared.has_others and compared.has_bought)
        as compared_bought,
    coalesce(sum(compared.base_share), 0)::float8 as expected_bought,
    count(*) filter (where compared.has_others and compared.is_typed) as typed,
    count(*) filter (where compared.has_others and compared.has_bought_type)
        as typed_bought,
    coalesce(
        sum(compared.typed_share) filter (where compared.is_typed), 0
    )::float8 as expected_typed
from compared
