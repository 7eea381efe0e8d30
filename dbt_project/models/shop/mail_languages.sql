with

customers as (

    select * from {{ ref('stg_customers') }}

)

select
    customer_id,
    {{ mail_locale('locale', var('mail_locales')) }} as locale,
    {{ mail_locale('locale', mail_locales()) }} as transactional_locale
from customers
