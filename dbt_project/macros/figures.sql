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
