{#- Words of mails, each row in its own language: that of its column `locale`, which a campaign has from
    `mail_languages`, unless other SQL is given. -#}

{#- The languages in which mails are written, the shop's default language first. -#}
{%- macro mail_locales() -%}
    {%- set locales = [var('default_locale')] -%}
    {%- for locale in var('mail_locales') + var('transactional_locales') if locale not in locales -%}
        {%- do locales.append(locale) -%}
    {%- endfor -%}
    {{ return(locales) }}
{%- endmacro -%}

{#- The language in which a customer of `locale` is written to: that one if it is one of `locales`. -#}
{%- macro mail_locale(locale, locales) -%}
    case
        when split_part({{ locale }}, '-', 1) in ({{ quoted_list(locales) }})
            then split_part({{ locale }}, '-', 1)
        else '{{ var("default_locale") }}'
    end
{%- endmacro -%}

{#- Of one piece of SQL for each language, by its name, that of the row's language; the shop's default
    language has the rest. -#}
{%- macro in_row_language(pieces, locale) -%}
    {%- set default = var('default_locale') -%}
    {%- if pieces | length > 1 -%}
        case {{ locale }}
            {%- for name, piece in pieces.items() if name != default %}
                when '{{ name }}' then {{ piece }}
            {%- endfor %}
            else {{ pieces[default] }}
        end
    {%- else -%}
        {{ pieces[default] }}
    {%- endif -%}
{%- endmacro -%}

{#- A column that a seed has for each language of marketing, such as `name_en` and `name_fi`. -#}
{%- macro in_language(column, locale='locale') -%}
    {%- set pieces = {} -%}
    {%- for name in mail_locales() if name in var('mail_locales') -%}
        {%- do pieces.update({name: column ~ '_' ~ name}) -%}
    {%- endfor -%}
    {{ in_row_language(pieces, locale) }}
{%- endmacro -%}

{#- Words of `words/<locale>.yml`, by their key below `mails`; `values` is SQL for what they name. -#}
{%- macro words(key, values={}, locale='locale') -%}
    {%- set pieces = {} -%}
    {%- for name in mail_locales() -%}
        {%- set known = (language_data()[name] or {}).words or {} -%}
        {%- if key not in known -%}
            {{ exceptions.raise_compiler_error(
                'words/' ~ name ~ '.yml: add mails.' ~ key ~ ', then run `retention words`'
            ) }}
        {%- endif -%}
        {%- do pieces.update({name: filled(known[key], values)}) -%}
    {%- endfor -%}
    {{ in_row_language(pieces, locale) }}
{%- endmacro -%}

{#- A figure as each language writes it: one of the pieces of SQL that are made from Unicode CLDR. -#}
{%- macro figure(form, values, locale) -%}
    {%- set pieces = {} -%}
    {%- for name in mail_locales() -%}
        {%- do pieces.update({name: filled(language_data()[name][form], values)}) -%}
    {%- endfor -%}
    {{ in_row_language(pieces, locale) }}
{%- endmacro -%}

{#- A piece of SQL with the names in braces filled in. -#}
{%- macro filled(piece, values) -%}
    {%- set parts = [piece] -%}
    {%- for name, value in values.items() -%}
        {%- do parts.append(parts[-1] | replace('{' ~ name ~ '}', value)) -%}
    {%- endfor -%}
    {{ return(parts[-1]) }}
{%- endmacro -%}

{#- A number of days, as a person would say it: 'about 3 weeks', 'noin 3 viikkoa'. -#}
{%- macro elapsed_words(days, locale='locale') -%}
    case
        when {{ days }} < 7 then {{ words('elapsed.days', {}, locale) }}
        when {{ days }} < 11 then {{ words('elapsed.week', {}, locale) }}
        when {{ days }} < 60 then {{ words('elapsed.weeks', {'count': in_weeks(days)}, locale) }}
        else {{ words('elapsed.months', {'count': in_months(days)}, locale) }}
    end
{%- endmacro -%}

{#- A rhythm in days, as a person would say it: 'about every 4 weeks', 'noin 4 viikon välein'. -#}
{%- macro rhythm_words(days, locale='locale') -%}
    case
        when {{ days }} < 5 then {{ words('rhythm.days', {}, locale) }}
        when {{ days }} < 11 then {{ words('rhythm.week', {}, locale) }}
        when {{ days }} < 60 then {{ words('rhythm.weeks', {'count': in_weeks(days)}, locale) }}
        else {{ words('rhythm.months', {'count': in_months(days)}, locale) }}
    end
{%- endmacro -%}

{#- A number of days in whole weeks. -#}
{%- macro in_weeks(days) -%}
    round({{ days }} / 7.0)
{%- endmacro -%}

{#- A number of days in whole months. -#}
{%- macro in_months(days) -%}
    round({{ days }} / 30.4)
{%- endmacro -%}

{#- When something was last ordered and how often it usually is. -#}
{%- macro habit_words(
    last_ordered_date='last_ordered_date', gap_days='typical_gap_days', locale='locale'
) -%}
    {{ words('habit', {
        'day': day_words(last_ordered_date, locale), 'rhythm': rhythm_words(gap_days, locale),
    }, locale) }}
{%- endmacro -%}

{#- An array of at least two texts as a list in a sentence: 'a, b and c'; null when there are fewer. -#}
{%- macro list_words(names, locale='locale') -%}
    case
        when cardinality({{ names }}) >= 2 then {{ figure('list', {'names': names}, locale) }}
    end
{%- endmacro -%}

{#- A text with its first letter upper case. -#}
{%- macro sentence_case(words) -%}
    upper(left({{ words }}, 1)) || substr({{ words }}, 2)
{%- endmacro -%}

{#- A quarter such as 2026Q3 as its months: 'from July to September 2026', 'heinä–syyskuussa 2026'. -#}
{%- macro quarter_words(quarter, locale='locale') -%}
    case right({{ quarter }}, 1)
        {%- for number in range(1, 5) %}
            when '{{ number }}'
                then {{ words('quarters.' ~ number, {'year': 'left(' ~ quarter ~ ', 4)'}, locale) }}
        {%- endfor %}
    end
{%- endmacro -%}
