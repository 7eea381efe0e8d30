{#- A layer's schema is the layer's name; an analyst's has `analyst_` before it, a quarter's `rewards_`. -#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = '' if target.name == 'night' else target.schema ~ '_' -%}
    {{ prefix ~ (custom_schema_name or target.schema) | trim }}
{%- endmacro -%}
