{#- A query of the time zones that `at time zone` knows by name; it reads files, so run it once. -#}
{%- macro known_time_zones() -%}
    select name as time_zone from pg_timezone_names
{%- endmacro -%}
