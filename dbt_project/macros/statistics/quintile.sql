{#-
    The fifth of the rows that a value falls into: 1 is the lowest, 5 the highest. Equal values
    share a quintile, so one may contain more rows than another.
-#}
{%- macro quintile(value) -%}
    least(5, 1 + floor(5 * percent_rank() over (order by {{ value }})))::int
{%- endmacro -%}
