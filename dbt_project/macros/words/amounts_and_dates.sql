{#- An amount of money, as a mail shows it: '€1,510.50', '1 510,50 €'; whole ones without cents. `currency` is
    SQL too. -#}
{%- macro money_words(amount, currency, locale='locale') -%}
    {{ figure('money', {'amount': amount, 'currency': currency}, locale) }}
{%- endmacro -%}

{#- An amount in the shop's currency, as a mail shows it. -#}
{%- macro amount_words(amount, locale='locale') -%}
    {{ money_words(amount, "'" ~ var('shop_currency') ~ "'", locale) }}
{%- endmacro -%}

{#- A date with its year: '24 October 2026', '24.10.2026'. -#}
{%- macro date_words(day, locale='locale') -%}
    {{ figure('date', {'value': day}, locale) }}
{%- endmacro -%}

{#- The same, shorter: '24 Oct 2026', '24.10.2026'. -#}
{%- macro short_date_words(day, locale='locale') -%}
    {{ figure('short_date', {'value': day}, locale) }}
{%- endmacro -%}

{#- A date without its year: '24 Oct', '24.10.'. -#}
{%- macro day_words(day, locale='locale') -%}
    {{ figure('day', {'value': day}, locale) }}
{%- endmacro -%}

{#- A local moment: '24 Oct 2026 at 18:05', '24.10.2026 klo 18.05'. -#}
{%- macro moment_words(moment, locale='locale') -%}
    {{ figure('moment', {'value': moment}, locale) }}
{%- endmacro -%}

{#- A whole number of orders in words: '1 order', '2 tilausta'. -#}
{%- macro order_count_words(count, locale='locale') -%}
    {{ words('orders', {'count': count}, locale) }}
{%- endmacro -%}

{#- Within how many days, as a person would say it: 'within 3 days', '3 päivän kuluessa'. -#}
{%- macro within_words(days, locale='locale') -%}
    {{ words('within', {'count': days}, locale) }}
{%- endmacro -%}
