{#-
    The next basket: what a customer is likely to order next, the likeliest first.

    score = sum over purchases of focus * exp(-age / 120 days), plus 3 times the item's popularity. The
    first term is a decayed count in which a purchase in an order of few lines weighs more than one
    among many: it is what the customer came for.
-#}

{#- How much an order tells of habits: 1 when it has one line, 0.5 when it has sixteen. -#}
{%- macro order_focus(line_count) -%}
    sqrt(sqrt(1 / {{ line_count }}::double precision))
{%- endmacro -%}

{#-
    A query of the focused weight of each customer and `item`, stored so that it never ages. It reads
    the CTEs `orders` (kept_orders) and `lines` (order_id and `item`, as often as they were bought).
    Two orders with the item on one day are one purchase, as focused as the smaller of them.
-#}
{%- macro focused_weights(item) -%}
    with

    focuses as (

        select
            order_id,
            {{ order_focus('line_count') }} as focus
        from orders

    ),

    purchase_days as (

        select
            lines.customer_id,
            lines.{{ item }},
            lines.ordered_date,
            max(lines.ordered_at) as last_ordered_at,
            max(focuses.focus) as focus
        from lines
        inner join focuses on lines.order_id = focuses.order_id
        group by lines.customer_id, lines.{{ item }}, lines.ordered_date

    )

    select
        customer_id,
        {{ item }},
        count(*)::int as purchase_count,
        max(last_ordered_at) as last_ordered_at,
        sum(
            focus * exp(
                (ordered_date - {{ decay_epoch() }})::double precision / 120
            )
            order by ordered_date
        ) as weight_120_at_epoch
    from purchase_days
    group by customer_id, {{ item }}
{%- endmacro -%}

{#-
    A query of the ten likeliest items of each customer: own ones, and popular ones that the customer
    never bought, so that somebody new gets a list too. It reads the CTEs `customers`, `weights` (one
    row per customer and `item`) and `items` (int_item_weights).
-#}
{%- macro next_basket(item_kind, item) -%}
    with

    popularities as (

        select
            item_id,
            popularity,
            row_number() over (order by popularity desc, item_id asc) as place
        from items
        where item_kind = '{{ item_kind }}'

    ),

    unbought as (

        select
            customers.customer_id,
            popularities.item_id
        from customers
        inner join popularities
            on popularities.place <= 10 and popularities.popularity > 0
        left join weights
            on
                customers.customer_id = weights.customer_id
                and popularities.item_id = weights.{{ item }}
        where weights.customer_id is null

    ),

    candidates as (

        select
            customer_id,
            {{ item }} as item_id,
            purchase_count,
            last_ordered_at,
            {{ decayed_count('weights', 120, as_of_date()) }} as weight
        from weights

        union all

        select
            customer_id,
            item_id,
            0 as purchase_count,
            null::timestamptz as last_ordered_at,
            0::double precision as weight
        from unbought

    ),

    ranked as (

        select
            candidates.customer_id,
            candidates.item_id,
            candidates.purchase_count,
            candidates.last_ordered_at,
            candidates.weight,
            popularities.popularity,
            candidates.weight + 3 * popularities.popularity as score,
            row_number() over (
                partition by candidates.customer_id
                order by
                    candidates.weight + 3 * popularities.popularity desc,
                    popularities.popularity desc,
                    candidates.item_id asc
            )::int as rank
        from candidates
        inner join popularities on candidates.item_id = popularities.item_id

    )

    select
        customer_id,
        rank,
        item_id as {{ item }},
        purchase_count,
        last_ordered_at,
        weight,
        popularity,
        score
    from ranked
    where rank <= 10
{%- endmacro -%}
