-- Purchases within the window by the customers that a night finds, and by
-- comparable customers that it does not find: with a similar number of orders
-- and days since the last order, each within a factor of two.
with found as (
    select
        cand.customer_id,
        array_agg(distinct told.product_type) filter (
            where told.product_type is not null
        ) as product_types
    from backtest_decisions.candidates as cand
    left join lateral (
        select kind #>> '{}' as product_type
        from jsonb_path_query(cand.evidence, '$.**.product_type') as kind
    ) as told on true
    where cand.campaign = %(campaign)s
    group by cand.customer_id
),

histories as (
    select
        orde.customer_id,
        count(*)::int as order_count,
        %(night)s - max(orde.ordered_date) as days_since
    from backtest_intermediate.int_orders as orde
    group by orde.customer_id
),

customers as (
    select cust.customer_id
    from backtest_staging.stg_customers as cust
    where cust.created_at < %(opens_at)s

    union distinct

    select hist.customer_id
    from histories as hist

    union distinct

    select found.customer_id
    from found
),

bought as (
    select
        purc.customer_id,
        array_agg(distinct purc.product_type) as product_types
    from replayed_purchases as purc
    where
        purc.ordered_at >= %(opens_at)s
        and purc.ordered_at < %(closes_at)s
    group by purc.customer_id
),

placed as (
    select
        cust.customer_id,
        width_bucket(coalesce(hist.order_count, 0), %(doublings)s)
            as order_class,
        width_bucket(coalesce(hist.days_since, 0), %(doublings)s)
            as recency_class,
        found.customer_id is not null as is_found,
        found.product_types as wanted_types,
        bought.customer_id is not null as has_bought,
        bought.product_types as bought_types
    from customers as cust
    left join histories as hist on cust.customer_id = hist.customer_id
    left join found on cust.customer_id = found.customer_id
    left join bought on cust.customer_id = bought.customer_id
),

classes as (
    select
        plac.order_class,
        plac.recency_class,
        count(*) as other_count,
        count(*) filter (where plac.has_bought) as bought_count
    from placed as plac
    where not plac.is_found
    group by plac.order_class, plac.recency_class
),

wanted as (
    select distinct
        plac.order_class,
        plac.recency_class,
        plac.wanted_types
    from placed as plac
    where plac.is_found and plac.wanted_types is not null
),

wanted_by_others as (
    select
        want.order_class,
        want.recency_class,
        want.wanted_types,
        count(*) as bought_count
    from wanted as want
    inner join placed as plac
        on
            want.order_class = plac.order_class
            and want.recency_class = plac.recency_class
            and want.wanted_types && plac.bought_types
    where not plac.is_found
    group by want.order_class, want.recency_class, want.wanted_types
),

compared as (
    select
        plac.*,
        clas.other_count is not null as has_others,
        clas.bought_count::numeric / clas.other_count as base_share,
        coalesce(othe.bought_count, 0)::numeric / clas.other_count
            as typed_share,
        plac.wanted_types is not null as is_typed,
        coalesce(plac.wanted_types && plac.bought_types, false)
            as has_bought_type
    from placed as plac
    left join classes as clas
        on
            plac.order_class = clas.order_class
            and plac.recency_class = clas.recency_class
    left join wanted_by_others as othe
        on
            plac.order_class = othe.order_class
            and plac.recency_class = othe.recency_class
            and plac.wanted_types = othe.wanted_types
    where plac.is_found
)

select
    count(*) as customers,
    count(*) filter (where comp.has_bought) as bought,
    count(*) filter (where comp.has_others) as compared,
    count(*) filter (where comp.has_others and comp.has_bought)
        as compared_bought,
    coalesce(sum(comp.base_share), 0)::float8 as expected_bought,
    count(*) filter (where comp.has_others and comp.is_typed) as typed,
    count(*) filter (where comp.has_others and comp.has_bought_type)
        as typed_bought,
    coalesce(sum(comp.typed_share) filter (where comp.is_typed), 0)::float8
        as expected_typed
from compared as comp
