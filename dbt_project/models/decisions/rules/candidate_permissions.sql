with

candidates as (

    select * from {{ ref('candidates') }}

),

customers as (

    select
        customer_id,
        nullif(trim(email), '') as email,
        nullif(trim(first_name), '') as first_name,
        locale
    from {{ ref('stg_customers') }}

),

latest_consents as (

    select * from {{ ref('latest_consents') }}

),

addressed as (

    select
        candidates.candidate_id,
        candidates.customer_id,
        candidates.kind,
        candidates.channel,
        candidates.purpose,
        customers.first_name,
        case candidates.recipient
            when 'support' then '{{ var("support_email") }}'
            else customers.email
        end as email,
        case candidates.kind
            when 'transactional'
                then {{ mail_locale('customers.locale', mail_locales()) }}
            else {{ mail_locale('customers.locale', var('mail_locales')) }}
        end as locale
    from candidates
    -- Mail to the shop's own support is not personal: no greeting, and in the
    -- shop's language.
    left join customers
        on
            candidates.customer_id = customers.customer_id
            and candidates.recipient = 'customer'

)

select
    addressed.candidate_id,
    addressed.email,
    addressed.first_name,
    addressed.locale,
    case
        when addressed.email is null
            then 'The shop has no e-mail address of this customer.'
    end as no_address,
    case
        when addressed.kind <> 'marketing' or consents.is_granted then null
        when not consents.is_granted
            then format(
                'Refused %s by %s on %s.',
                addressed.purpose, addressed.channel,
                {{ shop_time('consents.granted_at') }}::date
            )
        else format(
            'Never agreed to %s by %s.', addressed.purpose, addressed.channel
        )
    end as no_consent
from addressed
left join latest_consents as consents
    on
        addressed.customer_id = consents.customer_id
        and addressed.channel = consents.channel
        and addressed.purpose = consents.purpose
