{#- Local time of the shop (date or timestamp) as a time (timestamptz). -#}
{%- macro shop_moment(local) -%}
    (({{ local }})::timestamp at time zone '{{ var("shop_timezone") }}')
{%- endmacro -%}
