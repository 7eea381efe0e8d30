{#- Whether the satisfaction survey asks about an order of this number: the second, the fourth and so on.
    The others are the review request's, so that nobody is asked twice about one order. -#}
{%- macro is_surveyed_order(order_number) -%}
    {{ order_number }} % 2 = 0
{%- endmacro -%}

{#- What a mail asked, for those who did not get it themselves. -#}
{%- macro question_words(question, locale='locale') -%}
    {{ named_words('asked', question, locale) }}
{%- endmacro -%}

{#- What was answered, in the words that stood beside it. -#}
{%- macro answer_words(answer, locale='locale') -%}
    {{ named_words('answered', answer, locale) }}
{%- endmacro -%}

{#- The words below one key, such as `answered`, by the name that a column holds. -#}
{%- macro named_words(key, name, locale) -%}
    case {{ name }}
        {%- for known in language_data()[var('default_locale')].words if known.startswith(key ~ '.') %}
            when '{{ known[key | length + 1:] }}' then {{ words(known, {}, locale) }}
        {%- endfor %}
    end
{%- endmacro -%}
