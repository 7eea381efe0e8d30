{#- Whether the satisfaction survey asks about an order of this number: the second, the fourth and so on.
    The others are the review request's, so that nobody is asked twice about one order. -#}
{%- macro is_surveyed_order(order_number) -%}
    {{ order_number }} % 2 = 0
{%- endmacro -%}

{#- Within how many days, as a person would say it: 'within 3 days', '3 päivän kuluessa'. -#}
{%- macro within_words(days, locale) -%}
    {%- set words = {
        'en': ["'within a day'", "'within '", "' days'"],
        'fi': ["'päivän kuluessa'", "''", "' päivän kuluessa'"],
    }[locale] -%}
    case
        when {{ days }} = 1 then {{ words[0] }}
        else {{ words[1] }} || {{ days }} || {{ words[2] }}
    end
{%- endmacro -%}

{#- What a mail asked, for those who did not get it themselves. -#}
{%- macro question_words(question, locale) -%}
    {%- set words = {
        'en': {'satisfaction': 'How happy were you with your order?', 'review': 'Was it a good buy?'},
        'fi': {'satisfaction': 'Kuinka tyytyväinen olit tilaukseesi?', 'review': 'Oliko se hyvä ostos?'},
        'sv': {'satisfaction': 'Hur nöjd var du med din beställning?', 'review': 'Var det ett bra köp?'},
    }[locale] -%}
    case {{ question }}
        {%- for name, text in words.items() %}
            when '{{ name }}' then '{{ text }}'
        {%- endfor %}
    end
{%- endmacro -%}

{#- What was answered, in the words that stood beside it. -#}
{%- macro answer_words(answer, locale) -%}
    {%- set words = {
        'en': {
            '1': '1 of 5, very unhappy', '2': '2 of 5, unhappy', '3': '3 of 5, neither',
            '4': '4 of 5, happy', '5': '5 of 5, very happy', 'poor': 'poor', 'fair': 'fair', 'good': 'good',
        },
        'fi': {
            '1': '1/5, erittäin tyytymätön', '2': '2/5, tyytymätön', '3': '3/5, siltä väliltä',
            '4': '4/5, tyytyväinen', '5': '5/5, erittäin tyytyväinen',
            'poor': 'huono', 'fair': 'menettelee', 'good': 'hyvä',
        },
        'sv': {
            '1': '1 av 5, mycket missnöjd', '2': '2 av 5, missnöjd', '3': '3 av 5, varken eller',
            '4': '4 av 5, nöjd', '5': '5 av 5, mycket nöjd',
            'poor': 'dåligt', 'fair': 'duger', 'good': 'bra',
        },
    }[locale] -%}
    case {{ answer }}
        {%- for name, text in words.items() %}
            when '{{ name }}' then '{{ text }}'
        {%- endfor %}
    end
{%- endmacro -%}
