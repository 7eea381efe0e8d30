{#- A product in a mail under the name the shop gives it: that name as it is, the link to its page, and a
    note in small letters if given; null notes are left out by the mail. -#}
{%- macro product_item(name, product_id, note='null') -%}
    jsonb_build_object(
        'name', {{ name }},
        'url', {{ product_page(product_id) }},
        'note', {{ note }}
    )
{%- endmacro -%}

{#- A product's name with how much of it: the bare name for one piece, '2 × Tea', '0,5 × Tee'. -#}
{%- macro named_quantity(quantity, name, locale='locale') -%}
    case
        when {{ quantity }} <> 1 then
            {{ words('pieces', {
                'count': figure('decimal', {'number': 'trim_scale(' ~ quantity ~ ')'}, locale),
                'name': name,
            }, locale) }}
        else {{ name }}
    end
{%- endmacro -%}

{#- What a mail shows of a cart's things beyond those it names: an array of none or one, how many
    they are ('and one more', 'ja 3 muuta') with the way to the cart. -#}
{%- macro more_items(count, locale='locale') -%}
    case
        when {{ count }} > 0
            then jsonb_build_array(jsonb_build_object(
                'name', {{ words('more', {'count': count}, locale) }},
                'url', '{{ var("cart_page_url") }}',
                'note', null
            ))
        else '[]'
    end
{%- endmacro -%}
