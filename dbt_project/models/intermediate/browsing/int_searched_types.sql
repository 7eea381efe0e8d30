with

web_events as (

    select * from {{ ref('stg_web_events') }}

),

product_types as (

    select * from {{ ref('product_types') }}

),

searched as (

    select distinct {{ plain_words('search_text') }} as search_words
    from web_events
    where
        event_type = 'search'
        and product_id is null
        and occurred_at < {{ as_of() }}

),

-- A text names every type of which it contains the name, in any language of the
-- mails, as whole words.
named as (

    select
        searched.search_words,
        product_types.product_type
    from searched
    inner join product_types
        on
            ' ' || searched.search_words || ' '
            like any(array[
                {%- for locale in var('mail_locales') %}
                    {%- set name = 'product_types.name_' ~ locale %}
                    '% ' || {{ plain_words(name) }} || ' %'
                    {{- ',' if not loop.last }}
                {%- endfor %}
            ])

)

select
    search_words,
    product_type
from named
