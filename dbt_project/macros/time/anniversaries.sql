{#- Months from a date to its first anniversary on or after the night; anniversaries are `months`
    apart, and the date itself does not count as one. -#}
{%- macro months_until_next(day, months) -%}
    {%- set passed = 'age(' ~ as_of_date() ~ ', ' ~ day ~ ')' -%}
    {%- set rounds = '((extract(year from ' ~ passed ~ ') * 12 + extract(month from ' ~ passed
        ~ '))::int / ' ~ months ~ ')' -%}
    {{ months }} * greatest(
        {{ rounds }}
        + (
            {{ day }} + make_interval(months => {{ months }} * {{ rounds }})
            < {{ as_of_date() }}
        )::int,
        1
    )
{%- endmacro -%}
