-- claimed -> cancelled: the pre-send check of the shop's own orders. Customers
-- who have ordered since 00:00 of the night that decided, which knew only what
-- came before, are not asked to come back. Whatever the table holds has
-- happened, even if our clock lags behind the shop's.
with buyers as (
    select distinct mess.message_id
    from ledger.messages as mess
    inner join raw.orders as ords
        on
            mess.customer_id = ords.customer_id
            and ords.ordered_at
            >= mess.night::timestamp at time zone %(shop_timezone)s::text
    where
        mess.request_id = %(request_id)s
        and mess.state = 'claimed'
        and ords.status <> 'cancelled'
)

update ledger.messages as mess
set
    state = 'cancelled',
    state_reason = 'bought meanwhile',
    cancelled_at = %(now)s
from buyers
where mess.message_id = buyers.message_id and mess.state = 'claimed'
returning mess.message_id
