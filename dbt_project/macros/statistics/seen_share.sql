{#- The share of a steady customer's decayed count that a history of `history_days` can contain. It
    is below 1 in a young shop, where `count / tau` would underestimate everyone's pace. -#}
{%- macro seen_share(history_days, tau_days) -%}
    (1 - exp(-({{ history_days }})::double precision / {{ tau_days }}))
{%- endmacro -%}
