{#- A number in [0, 1) that depends only on the text, and is the same on every machine and
    night. -#}
{%- macro hashed_share(words) -%}
    (('x' || substr(md5({{ words }}), 1, 8))::bit(32)::bigint / 4294967296.0)
{%- endmacro -%}
