{#- A number of days, as a person would say it: 'about 3 weeks', 'noin 3 viikkoa'. -#}
{%- macro elapsed_words(days, locale) -%}
    {%- set words = {
        'en': ["'a few days'", "'about a week'", "' weeks'", "' months'", "'about '"],
        'fi': ["'muutama päivä'", "'noin viikko'", "' viikkoa'", "' kuukautta'", "'noin '"],
    }[locale] -%}
    case
        when {{ days }} < 7 then {{ words[0] }}
        when {{ days }} < 11 then {{ words[1] }}
        when {{ days }} < 60
            then {{ words[4] }} || round({{ days }} / 7.0) || {{ words[2] }}
        else {{ words[4] }} || round({{ days }} / 30.4) || {{ words[3] }}
    end
{%- endmacro -%}

{#- A rhythm in days, as a person would say it: 'about every 4 weeks', 'noin 4 viikon välein'. -#}
{%- macro rhythm_words(days, locale) -%}
    {%- set words = {
        'en': ["'every few days'", "'about once a week'", "'about every '", "' weeks'", "' months'"],
        'fi': ["'muutaman päivän välein'", "'noin kerran viikossa'", "'noin '", "' viikon välein'",
               "' kuukauden välein'"],
    }[locale] -%}
    case
        when {{ days }} < 5 then {{ words[0] }}
        when {{ days }} < 11 then {{ words[1] }}
        when {{ days }} < 60
            then {{ words[2] }} || round({{ days }} / 7.0) || {{ words[3] }}
        else {{ words[2] }} || round({{ days }} / 30.4) || {{ words[4] }}
    end
{%- endmacro -%}

{#- A date without its year: '24 Oct', '24.10.'. -#}
{%- macro day_words(day, locale) -%}
    to_char({{ day }}, '{{ {"en": "FMDD Mon", "fi": "FMDD.FMMM."}[locale] }}')
{%- endmacro -%}

{#- When something was last ordered and how often it usually is. -#}
{%- macro habit_words(locale, last_ordered_date='last_ordered_date', gap_days='typical_gap_days') -%}
    {%- set words = {
        'en': "'Last ordered '", 'fi': "'Tilattu viimeksi '",
    }[locale] -%}
    {{ words }} || {{ day_words(last_ordered_date, locale) }}
    || ' · ' || {{ rhythm_words(gap_days, locale) }}
{%- endmacro -%}

{#- An array of at least two texts as a list in a sentence: 'a, b and c'; null when there are fewer. -#}
{%- macro list_words(names, locale) -%}
    case
        when cardinality({{ names }}) >= 2
            then array_to_string({{ names }}[1:cardinality({{ names }}) - 1], ', ')
                || ' {{ {"en": "and", "fi": "ja"}[locale] }} '
                || {{ names }}[cardinality({{ names }})]
    end
{%- endmacro -%}

{#- A text with its first letter upper case. -#}
{%- macro sentence_case(words) -%}
    upper(left({{ words }}, 1)) || substr({{ words }}, 2)
{%- endmacro -%}

{#- A quarter such as 2026Q3 as its months: 'from July to September 2026', 'heinä–syyskuussa 2026'. -#}
{%- macro quarter_words(quarter, locale) -%}
    {%- set words = {
        'en': ['from January to March', 'from April to June', 'from July to September',
               'from October to December'],
        'fi': ['tammi–maaliskuussa', 'huhti–kesäkuussa', 'heinä–syyskuussa', 'loka–joulukuussa'],
        'sv': ['i januari–mars', 'i april–juni', 'i juli–september', 'i oktober–december'],
    }[locale] -%}
    (array[{{ quoted_list(words) }}])[right({{ quarter }}, 1)::int]
    || ' ' || left({{ quarter }}, 4)
{%- endmacro -%}
