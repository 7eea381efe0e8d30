{#- A layer's schema has the layer's name; an analyst's starts with `analyst_`, a quarter's with
    `rewards_`. -#}
{%- macro generate_schema_name(custom_schema_name, node) -%}
    {%- set prefix = '' if target.name == 'night' else target.schema ~ '_' -%}
    {{ prefix ~ (custom_schema_name or target.schema) | trim }}
{%- endmacro -%}
