{#- For each kind of event: the model with its stored sums, the model with its
    single events, the keys, and the column with the number of events. -#}
{%- set sources = {
    'purchases': {
        'weights': 'type_weights', 'events': 'purchase_days',
        'keys': ['customer_id', 'product_type'], 'count': 'purchase_count',
    },
    'orders': {
        'weights': 'customer_weights', 'events': 'orders',
        'keys': ['customer_id'], 'count': 'order_count',
    },
} -%}
{%- set signals = [] -%}
{%- for signal, default in signal_defaults().items()
    if default.predicts != 'hour' -%}
    {%- do signals.append((
        signal, default, sources[default.of],
        as_of_date() ~ ' - ' ~ default.horizon_days
    )) -%}
{%- endfor -%}

with

type_weights as (

    select * from {{ ref('type_weights') }}

),

purchase_days as (

    select * from {{ ref('int_purchase_days') }}

),

customer_weights as (

    select * from {{ ref('int_customer_weights') }}

),

orders as (

    select * from {{ ref('kept_orders') }}

),

-- Events in each signal's window, which has just ended.
{% for signal, default, source, cutoff in signals %}
    {{ signal }}_window as (

        select
            {{ source['keys'] | join(', ') }},
            count(*)::int as event_count,
            {{ decay_weights('ordered_date') }}
        from {{ source['events'] }}
        where ordered_date >= {{ cutoff }}
        group by {{ source['keys'] | join(', ') }}

    ),

{% endfor %}
-- The window's own events are subtracted from the stored sums, which reads few
-- rows and leaves the sums as they were at the start of the window. If a sum
-- consists of the window alone, rounding may leave a remainder; it does not
-- matter, because a minimum number of earlier events is required.
exposures as (

    {%- for signal, default, source, cutoff in signals %}
        select
            '{{ signal }}' as signal,
            stored.customer_id,
            {% if 'product_type' in source['keys'] -%}
                stored.product_type,
            {%- else -%}
                '' as product_type,
            {%- endif %}
            coalesce(recent.event_count, 0) as event_count,
            {{ for_each_tau(
                'greatest(stored.weight_{tau}_at_epoch'
                ~ ' - coalesce(recent.weight_{tau}_at_epoch, 0), 0)'
                ~ ' * ' ~ ageing('{tau}', cutoff)
                ~ ' * ' ~ default.horizon_days ~ ' / {tau} as exposure_{tau}'
            ) }}
        from {{ source['weights'] }} as stored
        left join {{ signal }}_window as recent
            on
                stored.customer_id = recent.customer_id
                {{ 'and stored.product_type = recent.product_type'
                    if 'product_type' in source['keys'] }}
        where
            stored.{{ source['count'] }} - coalesce(recent.event_count, 0)
            >= {{ default.minimum_count }}
        {{ "union all" if not loop.last }}
    {%- endfor %}

)

select * from exposures
