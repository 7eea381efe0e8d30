{#- The name to use in a greeting, from the first word on a label: null for an initial, a title, a
    household or anything that is not spelled with letters. -#}
{%- macro called_name(words) -%}
    {%- set no_names = [
        'mr', 'mrs', 'ms', 'miss', 'dr', 'family', 'fam', 'the', 'herra', 'rouva', 'neiti', 'perhe', 'tri',
        'herr', 'fru', 'familjen', 'care', 'attn',
    ] -%}
    case
        when
            length({{ words }}) between 2 and 20
            and {{ words }} !~ '[^[:alpha:]''’-]'
            and lower({{ words }}) not in ({{ quoted_list(no_names) }})
            then {{ words }}
    end
{%- endmacro -%}
