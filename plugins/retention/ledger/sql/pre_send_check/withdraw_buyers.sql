-- claimed -> cancelled: the pre-send check of the shop's own orders. Customers
-- who have ordered since 00:00 of the deciding night, which knew only earlier
-- orders, get no mail that asks them to come back. Every order in the table
-- counts, even if its time is ahead of our clock.
with buyers as (
    select distinct messages.message_id
    from ledger.messages
    inner join raw.orders
        on
            messages.customer_id = orders.customer_id
            and orders.ordered_at
            >= messages.night::timestamp at time zone %(shop_timezone)s::text
    where
        messages.request_id = %(request_id)s
        and messages.state = 'claimed'
        and orders.status <> 'cancelled'
)

update ledger.messages
set
    state = 'cancelled',
    state_reason = 'bought meanwhile',
    cancelled_at = %(now)s
from buyers
where messages.message_id = buyers.message_id and messages.state = 'claimed'
returning messages.message_id
