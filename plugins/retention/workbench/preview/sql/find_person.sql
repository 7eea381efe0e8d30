-- The customer's first name, and the language of their locale.
select
    nullif(trim(customer.first_name), '') as first_name,
    split_part(customer.locale, '-', 1) as language
from {customers} as customer
where customer.customer_id = %(customer_id)s
