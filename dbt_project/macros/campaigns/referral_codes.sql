{#- The code that a customer gives to friends: letters and digits that nobody takes for others (no
    0, O, 1, I), as long as asked for, 40 at most. -#}
{%- macro referral_code(customer_id, length=8) -%}
    {%- set salt = var('referral_salt') | replace("'", "''") -%}
    left(translate(
        upper(encode(
            sha256(convert_to('{{ salt }}:' || {{ customer_id }}, 'UTF8')), 'base64'
        )),
        '01+/OI', '456789'
    ), {{ length }})
{%- endmacro -%}

{#- A code as somebody typed it, with its blanks and dashes and in any case; empty for none. -#}
{%- macro typed_referral_code(words) -%}
    upper(regexp_replace(coalesce({{ words }}, ''), '[^A-Za-z0-9]', '', 'g'))
{%- endmacro -%}
