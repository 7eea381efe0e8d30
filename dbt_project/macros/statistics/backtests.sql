{#-
    What a signal's decayed counts said at the begin of the window that has just ended, and what came:
    a query of customer_id, product_type, event_count (what came) and, for each tau, the exposure
    `horizon * w / tau`, the number of events in the window if the customer went on as before.

    `weights` names a CTE of stored sums, `events` one of the single events (both per customer, or per
    customer and product type). The window's own events are taken off the sums again, which reads few
    rows and leaves what the night at the window's begin had; what rounding leaves of a sum that was
    all window cannot matter, since so many earlier events are asked for.
-#}
{%- macro backtest(signal, weights, events) -%}
    {%- set default = signal_defaults()[signal] -%}
    {%- set cutoff = as_of_date() ~ ' - ' ~ default.horizon_days -%}
    {%- set is_by_type = default.of == 'purchases' -%}
    select
        '{{ signal }}' as signal,
        past.customer_id,
        {{ 'past.product_type' if is_by_type else "'' as product_type" }},
        coalesce(recent.event_count, 0) as event_count
        {%- for tau_days in decay_taus() %}
        {%- set column = 'weight_' ~ tau_days ~ '_at_epoch' %},
        greatest(past.{{ column }} - coalesce(recent.{{ column }}, 0), 0)
        * {{ ageing(tau_days, cutoff) }}
        * {{ default.horizon_days }} / {{ tau_days }}
            as exposure_{{ tau_days }}
        {%- endfor %}
    from {{ weights }} as past
    left join (
        select
            customer_id,
            {{ 'product_type,' if is_by_type }}
            count(*)::int as event_count,
            {{ decay_weights('ordered_date') }}
        from {{ events }}
        where ordered_date >= {{ cutoff }}
        group by customer_id{{ ', product_type' if is_by_type }}
    ) as recent
        on
            past.customer_id = recent.customer_id
            {{ 'and past.product_type = recent.product_type' if is_by_type }}
    where
        past.{{ 'purchase_count' if is_by_type else 'order_count' }}
        - coalesce(recent.event_count, 0) >= {{ default.minimum_count }}
{%- endmacro -%}
