{#- A list of the project's settings as SQL text literals: 'a', 'b'. -#}
{%- macro quoted_list(values) -%}
    {%- for value in values -%}
        '{{ value | replace("'", "''") }}'{{ ", " if not loop.last }}
    {%- endfor -%}
{%- endmacro -%}
