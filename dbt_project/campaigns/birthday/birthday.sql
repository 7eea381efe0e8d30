{#- Customers with a birthday today. Adults only: the mail is marketing, and
    minors must not be advertised to because of their date of birth. -#}
{%- set minimum_age = 18 -%}
{#- A greater age is more likely a form's placeholder. -#}
{%- set maximum_age = 100 -%}

with

birthdays as (

    select * from {{ ref('birthdays') }}

),

favourites as (

    select * from {{ ref('birthday_favourites') }}

),

celebrating as (

    select * from birthdays
    where
        next_birthday_date = {{ as_of_date() }}
        and next_age between {{ minimum_age }} and {{ maximum_age }}

)

select
    celebrating.customer_id,
    to_char(celebrating.next_birthday_date, '"birthday-"YYYY') as occasion,
    1::double precision as score,
    {{ shop_moment('celebrating.next_birthday_date') }} as not_before,
    {{ shop_moment('celebrating.next_birthday_date + 1') }} as not_after,
    format(
        'Told the shop the date of birth and has a birthday on %s.',
        celebrating.next_birthday_date
    ) as reason,
    jsonb_build_array(jsonb_build_object(
        'birthday_date', celebrating.next_birthday_date,
        'favourites', favourites.evidence
    )) as evidence,
    jsonb_build_object(
        'favourites', favourites.favourites
    ) as context
from celebrating
left join favourites on celebrating.customer_id = favourites.customer_id
