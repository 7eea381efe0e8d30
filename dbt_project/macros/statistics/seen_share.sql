{#- The share of a steady customer's decayed count that so many days of history can hold; below 1 in
    a young shop, where `count / tau` would call everybody slower than they are. -#}
{%- macro seen_share(history_days, tau_days) -%}
    (1 - exp(-({{ history_days }})::double precision / {{ tau_days }}))
{%- endmacro -%}
