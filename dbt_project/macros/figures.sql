{#- An amount in the shop's currency, as a mail shows it: '€1,510.50', '1 510,50 €'; whole ones
    without cents. -#}
{%- macro amount_words(amount, locale) -%}
    {%- set currency = var('shop_currency') -%}
    {%- set figures -%}
        replace(to_char({{ amount }}, 'FM999,999,999,990.00'), '.00', '')
    {%- endset -%}
    {%- if locale == 'en' and currency == 'EUR' -%}
        '€' || {{ figures }}
    {%- elif locale == 'en' -%}
        '{{ currency }}' || chr(160) || {{ figures }}
    {%- else -%}
        translate({{ figures }}, ',.', chr(160) || ',') || chr(160)
        || '{{ "€" if currency == "EUR" else currency }}'
    {%- endif -%}
{%- endmacro -%}

{#- A date with its year: '24 October 2026', '24.10.2026'. -#}
{%- macro date_words(day, locale) -%}
    to_char({{ day }}, '{{ "FMDD FMMonth YYYY" if locale == "en" else "FMDD.FMMM.YYYY" }}')
{%- endmacro -%}

{#- A whole number of orders in words: '1 order', '2 tilausta'. -#}
{%- macro order_count_words(count, locale) -%}
    {%- set words = {'en': ['order', 'orders'], 'fi': ['tilaus', 'tilausta']}[locale] -%}
    {{ count }} || chr(160)
    || case {{ count }} when 1 then '{{ words[0] }}' else '{{ words[1] }}' end
{%- endmacro -%}
