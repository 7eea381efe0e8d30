{#- Baskets as the evidence of a decision, the most expensive first: jsonb, for `group by`. -#}
{%- macro basket_evidence(baskets) -%}
    jsonb_agg(
        jsonb_build_object(
            'order_id', {{ baskets }}.order_id,
            'ordered_date', {{ baskets }}.ordered_date,
            'product_type', {{ baskets }}.product_type,
            'quantity', {{ baskets }}.quantity,
            'net_amount', {{ baskets }}.net_amount
        ) order by {{ baskets }}.net_amount desc, {{ baskets }}.product_type
    )
{%- endmacro -%}

{#- Names of the most expensive baskets' product types that mails may name, as an array of texts:
    for `group by`. -#}
{%- macro dearest_names(baskets, product_types, locale, limit=3) -%}
    (
        array_agg(
            {{ in_language(product_types ~ '.name', locale) }}
            order by {{ baskets }}.net_amount desc, {{ baskets }}.product_type
        ) filter (where {{ product_types }}.product_type is not null)
    )[1:{{ limit }}]
{%- endmacro -%}

{#- A product in a mail: its name with an upper-case first letter, the link to its page, and its
    habit if given. -#}
{%- macro mail_item(name, product_id, habit=none) -%}
    jsonb_build_object(
        'name', {{ sentence_case(name) }},
        'url', {{ product_page(product_id) }}
        {%- if habit %},
        'habit', {{ habit }}
        {%- endif %}
    )
{%- endmacro -%}
