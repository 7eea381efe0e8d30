{#- The hash of a gift card's code. It is a function of the ledger's, so that the engine, the models
    and the shop's checkout use the same hash, with a key that only the database knows. -#}
{%- macro hashed_card_code(code) -%}
    ledger.hash_gift_card_code({{ code }})
{%- endmacro -%}
