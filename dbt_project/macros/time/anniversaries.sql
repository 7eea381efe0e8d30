{#- Months from a date to the first of its anniversaries, `months` apart, that is not before the
    night; the date itself is none. -#}
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
