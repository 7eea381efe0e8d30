{#- Customers who sent a gift and may want to do so again: a year later, with a
    month's notice (from the signal) and enough time left to choose and
    send. -#}
{%- set days_to_send = 7 -%}
{%- set quiet_days = 90 -%}
{%- set most_years = 1 -%}

with

occasions as (

    select * from {{ ref('gift_occasions') }}

),

gifts as (

    select * from {{ ref('gifts') }}

),

ideas as (

    select * from {{ ref('gift_reminder_ideas') }}

),

languages as (

    select * from {{ ref('mail_languages') }}

),

-- The latest present to the same person, for whatever occasion.
latest_gifts as (

    select
        recipient_key,
        max(ordered_date) as latest_gift_date
    from gifts
    group by recipient_key

),

-- A parcel to the customer's own home has no name here: the shop cannot know
-- whom the gift was for.
due as (

    select
        occasions.*,
        languages.locale,
        latest_gifts.latest_gift_date,
        {{ called_name('occasions.recipient_first_name') }} as recipient
    from occasions
    inner join latest_gifts
        on occasions.recipient_key = latest_gifts.recipient_key
    left join languages on occasions.customer_id = languages.customer_id
    where
        occasions.recipient_first_name is not null
        and {{ as_of_date() }} between occasions.reminder_date
        and occasions.next_occasion_date - {{ days_to_send }}
        and occasions.last_given_date
        + make_interval(years => {{ most_years }})
        >= occasions.next_occasion_date
        and latest_gifts.latest_gift_date
        < {{ as_of_date() }} - {{ quiet_days }}

)

-- The month keeps two occasions of one person in one year apart.
select
    due.customer_id,
    left(due.recipient_key, 10) || ':'
    || to_char(due.next_occasion_date, 'YYYY-MM') as occasion,
    due.gift_count / (due.gift_count + 1)::double precision as score,
    {{ shop_moment('due.reminder_date') }} as not_before,
    {{ shop_moment('due.next_occasion_date - ' ~ (days_to_send - 1)) }}
        as not_after,
    format(
        'Sent %s a present ordered on %s (%s so far at this time of year),'
        ' which is a year ago on %s; nothing for the same person since %s.',
        coalesce(due.recipient, 'somebody'), due.last_given_date,
        due.gift_count, due.next_occasion_date, due.latest_gift_date
    ) as reason,
    due.evidence,
    jsonb_build_object(
        'recipient', due.recipient,
        'day', {{ day_words('due.next_occasion_date', 'due.locale') }},
        'given', ideas.given,
        'is_older', coalesce(ideas.is_older, false),
        'ideas', ideas.ideas
    ) as context
from due
left join ideas
    on
        due.customer_id = ideas.customer_id
        and due.recipient_key = ideas.recipient_key
        and due.last_given_date = ideas.last_given_date
