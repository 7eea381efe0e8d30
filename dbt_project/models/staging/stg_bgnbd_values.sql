with

bgnbd_values as (

    select * from {{ source('fits', 'bgnbd_values') }}

)

select
    customer_id,
    expected_orders,
    expected_order_amount,
    night as fitted_date
from bgnbd_values
