{#- What the shop's wall clock shows (date or timestamp) as a moment (timestamptz). -#}
{%- macro shop_moment(local) -%}
    (({{ local }})::timestamp at time zone '{{ var("shop_timezone") }}')
{%- endmacro -%}
