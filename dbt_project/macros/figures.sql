{#- An amount of money, as a mail shows it: '€1,510.50', '1 510,50 €'; whole ones without cents. `currency` is
    SQL too. -#}
{%- macro money_words(amount, currency, locale) -%}
    {%- set figures -%}
        replace(to_char({{ amount }}, 'FM999,999,999,990.00'), '.00', '')
    {%- endset -%}
    {%- if locale == 'en' -%}
        case {{ currency }} when 'EUR' then '€' else {{ currency }} || chr(160) end
        || {{ figures }}
    {%- else -%}
        translate({{ figures }}, ',.', chr(160) || ',') || chr(160)
        || case {{ currency }} when 'EUR' then '€' else {{ currency }} end
    {%- endif -%}
{%- endmacro -%}

{#- An amount in the shop's currency, as a mail shows it. -#}
{%- macro amount_words(amount, locale) -%}
    {{ money_words(amount, "'" ~ var('shop_currency') ~ "'", locale) }}
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
