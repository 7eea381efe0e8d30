{#- The night's local date, as text: the only place that reads it. Airflow passes it in the
    environment, and dbt must not read it while it parses: it would parse every model again for
    another night, as it does for another var. -#}
{%- macro night() -%}
    {%- set named = env_var('PALUU_AS_OF', '') if execute -%}
    {%- set given = var('as_of', none) or named -%}
    {%- if given -%}
        {%- if not modules.re.fullmatch('[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])', given | string) -%}
            {{ exceptions.raise_compiler_error('the night "' ~ given ~ '" is not a date; write it like "2026-11-22"') }}
        {%- endif -%}
        {{ modules.datetime.date.fromisoformat(given | string).isoformat() }}
    {%- else -%}
        {%- set zone = modules.pytz.timezone(var('shop_timezone')) -%}
        {{ run_started_at.astimezone(zone).date().isoformat() }}
    {%- endif -%}
{%- endmacro -%}

{#- The time up to which the night knows the world: 00:00 of its date in the shop's time zone. -#}
{%- macro as_of() -%}
    timestamptz '{{ night() }} 00:00 {{ var("shop_timezone") }}'
{%- endmacro -%}

{#- The night's local date, for comparisons with dates. -#}
{%- macro as_of_date() -%}
    date '{{ night() }}'
{%- endmacro -%}

{#- A time (timestamptz) as local time of the shop (timestamp). -#}
{%- macro shop_time(moment) -%}
    ({{ moment }} at time zone '{{ var("shop_timezone") }}')
{%- endmacro -%}
