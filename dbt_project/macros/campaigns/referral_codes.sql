{#- The code that a customer gives to friends: letters and digits that cannot be mistaken for others
    (no 0, O, 1, I), of the given length, at most 40. -#}
{%- macro referral_code(customer_id, length=8) -%}
    {%- set salt = var('referral_salt') | replace("'", "''") -%}
    left(translate(
        upper(encode(
            sha256(convert_to('{{ salt }}:' || {{ customer_id }}, 'UTF8')), 'base64'
        )),
        '01+/OI', '456789'
    ), {{ length }})
{%- endmacro -%}

{#- A code as a customer typed it, in upper case and without blanks and dashes; empty for none. -#}
{%- macro typed_referral_code(words) -%}
    upper(regexp_replace(coalesce({{ words }}, ''), '[^A-Za-z0-9]', '', 'g'))
{%- endmacro -%}
