{#- A text as plain words: lower case, without accents and punctuation, with one blank between
    words. -#}
{%- macro plain_words(words) -%}
    trim(regexp_replace(
        translate(
            lower(regexp_replace(
                normalize({{ words }}, nfkd), '[\u0300-\u036f]', '', 'g'
            )),
            'øØæÆðÐłŁđĐ', 'ooaaddlldd'
        ),
        '[[:punct:][:space:]’‘´–—]+', ' ', 'g'
    ))
{%- endmacro -%}

{#- Plain words in alphabetical order: 'aho lumi' for 'lumi aho'. -#}
{%- macro sorted_words(words) -%}
    array_to_string(
        array(
            select words.word
            from unnest(string_to_array({{ words }}, ' ')) as words (word)
            order by words.word collate "C"
        ),
        ' '
    )
{%- endmacro -%}

{#- A key for a postal address, the same for every spelling: 'Koivuk. 5 as 2, FI-00100' and
    'KOIVUKATU 5 2, 00100'. Street words are shortened to their first letters, and the word before a
    flat's number is removed. The city, whose name differs by language, counts only without a postal
    code. -#}
{%- macro address_key(street, postal_code, city) -%}
    replace(
        regexp_replace(
            regexp_replace(
                {{ plain_words(street) }},
                '(?:(k)atu|(t)ie|(g)atan|(v)agen|(v)ag|(st)r(?:eet)?|(r)(?:oad|d)|(av)e(?:nue)?|(l)(?:ane|n))(?= |$)',
                '\1\2\3\4\5\6\7\8\9', 'g'
            ),
            ' (?:as|asunto|apt|apartment|flat|lgh|bst)(?= ?[0-9])', '', 'g'
        )
        || '/' || coalesce(
            nullif(
                regexp_replace(
                    {{ plain_words(postal_code) }}, '^(?:fi|se|s)(?= ?[0-9])', ''
                ),
                ''
            ),
            {{ plain_words(city) }}
        ),
        ' ', ''
    )
{%- endmacro -%}
