{#- The hash by which a gift card's code is known; a function of the ledger's, so that the engine,
    the models and the shop's checkout hash alike, with a key that only the database knows. -#}
{%- macro hashed_card_code(code) -%}
    ledger.hash_gift_card_code({{ code }})
{%- endmacro -%}
