with

candidates as (

    select * from {{ ref('candidates') }}

),

times as (

    select * from {{ ref('candidate_times') }}

),

earlier_messages as (

    select * from {{ ref('earlier_messages') }}

),

last_contacts as (

    select
        campaign,
        customer_id,
        max(send_date) as last_date
    from earlier_messages
    where is_contact
    group by campaign, customer_id

),

-- If several messages fall on one day, the first; there should be no more than
-- one.
taken_days as (

    select distinct on (customer_id, send_date)
        customer_id,
        send_date,
        campaign,
        night
    from earlier_messages
    where is_contact and kind = 'marketing'
    order by customer_id asc, send_date asc, night asc, campaign asc

)

select
    candidates.candidate_id,
    case
        when messages.night is not null then format(
            'A message for this very occasion was planned on %s.',
            messages.night
        )
    end as already_planned,
    case
        when
            candidates.kind = 'marketing'
            and times.send_date - contacts.last_date
            < candidates.cooldown_days
            then format(
                'The last message of this campaign came on %s. It waits %s'
                ' days before the next, and this one would come on %s.',
                contacts.last_date, candidates.cooldown_days, times.send_date
            )
    end as cooling_down,
    case
        when candidates.kind = 'marketing' and taken_days.night is not null
            then format(
                'One marketing message a day: %s of the night of %s comes on'
                ' %s.',
                taken_days.campaign, taken_days.night, times.send_date
            )
    end as day_taken
from candidates
inner join times on candidates.candidate_id = times.candidate_id
left join earlier_messages as messages
    on
        candidates.campaign = messages.campaign
        and candidates.customer_id = messages.customer_id
        and candidates.occasion = messages.occasion
left join last_contacts as contacts
    on
        candidates.campaign = contacts.campaign
        and candidates.customer_id = contacts.customer_id
left join taken_days
    on
        candidates.customer_id = taken_days.customer_id
        and times.send_date = taken_days.send_date
