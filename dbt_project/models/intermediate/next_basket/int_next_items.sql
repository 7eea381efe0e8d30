{#- Number of items of each kind listed for a customer. Popular items that the
    customer never bought are candidates too, so new customers also get a
    list. -#}
{%- set listed_items = 10 -%}
{#- Weight of popularity against the customer's own habits. -#}
{%- set popularity_weight = 3 -%}

with

customers as (

    select * from {{ ref('int_known_customers') }}

),

weights as (

    select * from {{ ref('int_focused_items') }}

),

items as (

    select * from {{ ref('int_item_weights') }}

),

popularities as (

    select
        item_kind,
        item_id,
        popularity,
        row_number() over (
            partition by item_kind
            order by popularity desc, item_id asc
        ) as place
    from items

),

unbought as (

    select
        customers.customer_id,
        popularities.item_kind,
        popularities.item_id
    from customers
    inner join popularities
        on
            popularities.place <= {{ listed_items }}
            and popularities.popularity > 0
    left join weights
        on
            customers.customer_id = weights.customer_id
            and popularities.item_kind = weights.item_kind
            and popularities.item_id = weights.item_id
    where weights.customer_id is null

),

candidates as (

    select
        weights.customer_id,
        weights.item_kind,
        weights.item_id,
        weights.purchase_count,
        weights.last_ordered_at,
        {{ decayed_count('weights', 120, as_of_date()) }} as weight
    from weights

    union all

    select
        customer_id,
        item_kind,
        item_id,
        0 as purchase_count,
        null::timestamptz as last_ordered_at,
        0::double precision as weight
    from unbought

),

scored as (

    select
        candidates.*,
        popularities.popularity,
        candidates.weight + {{ popularity_weight }} * popularities.popularity
            as score
    from candidates
    inner join popularities
        on
            candidates.item_kind = popularities.item_kind
            and candidates.item_id = popularities.item_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, item_kind
            order by score desc, popularity desc, item_id asc
        )::int as rank
    from scored

)

select
    customer_id,
    item_kind,
    rank,
    item_id,
    purchase_count,
    last_ordered_at,
    weight,
    popularity,
    score
from ranked
where rank <= {{ listed_items }}
