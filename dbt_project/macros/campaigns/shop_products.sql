{#- A product in a mail under the name the shop gives it: that name as it is, the link to its page, and a
    note in small letters if given; null notes are left out by the mail. -#}
{%- macro product_item(name, product_id, note='null') -%}
    jsonb_build_object(
        'name', {{ name }},
        'url', {{ product_page(product_id) }},
        'note', {{ note }}
    )
{%- endmacro -%}

{#- How much of a product, before its name: nothing for one piece, '2 × ', '0,5 × '. -#}
{%- macro quantity_words(quantity, locale) -%}
    case
        when {{ quantity }} <> 1 then
            {{ decimal_words('trim_scale(' ~ quantity ~ ')', locale) }}
            || chr(160) || '× '
        else ''
    end
{%- endmacro -%}

{#- A number with the decimal mark of the language. -#}
{%- macro decimal_words(number, locale) -%}
    {%- if locale == 'en' -%}
        {{ number }}::text
    {%- else -%}
        replace({{ number }}::text, '.', ',')
    {%- endif -%}
{%- endmacro -%}

{#- What a mail shows of a cart's things beyond those it names: an array of none or one, how many
    they are ('and one more', 'ja 3 muuta') with the way to the cart. -#}
{%- macro more_items(count, locale) -%}
    {%- set words = {
        'en': ["'and one more'", "'and '", "' more'"],
        'fi': ["'ja yksi muu'", "'ja '", "' muuta'"],
    }[locale] -%}
    case
        when {{ count }} > 0
            then jsonb_build_array(jsonb_build_object(
                'name',
                case {{ count }}
                    when 1 then {{ words[0] }}
                    else {{ words[1] }} || {{ count }} || {{ words[2] }}
                end,
                'url', '{{ var("cart_page_url") }}',
                'note', null
            ))
        else '[]'
    end
{%- endmacro -%}
