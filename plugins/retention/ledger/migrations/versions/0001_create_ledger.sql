-- The ledger of version 0.1.0. Frozen: a database that has run this migration
-- never runs it again, so every later change is a migration of its own and is
-- also made in `schema.sql`. The tables hold people's addresses, so nothing is
-- granted to anybody.


-- Nights and decisions

create table ledger.nights (
    run_id text primary key,
    night date not null,
    scheduled_for timestamptz,
    is_dry_run boolean not null,
    is_backfill boolean not null default false,
    opened_at timestamptz not null,
    held_at timestamptz,
    enqueued_at timestamptz,
    withheld_reason text,
    constraint a_night_enqueues_or_says_why_not check (
        enqueued_at is null or withheld_reason is null
    )
);

create index nights_by_date on ledger.nights (night);
create unique index one_run_holds_the_warehouse on ledger.nights ((true))
where held_at is not null;

comment on table ledger.nights is
'One row per run of a night.';
comment on column ledger.nights.run_id is
'Name of the run: Airflow''s run id, or a name chosen by hand.';
comment on column ledger.nights.night is
'The night, a local date of the shop: data up to its 00:00 count.';
comment on column ledger.nights.scheduled_for is
'Scheduled start (UTC); null when started by hand.';
comment on column ledger.nights.is_dry_run is
'Whether the run decides without planning any message.';
comment on column ledger.nights.is_backfill is
'Whether a backfill started it; such a night is for the record only.';
comment on column ledger.nights.opened_at is
'When the run first started (UTC).';
comment on column ledger.nights.held_at is
'Since when the run has held the warehouse (UTC); null if it does not.';
comment on column ledger.nights.enqueued_at is
'When its messages were planned (UTC); null until then.';
comment on column ledger.nights.withheld_reason is
'Why it planned no messages, in English; null when it did.';

create table ledger.mart_checks (
    night date not null,
    mart text not null,
    passed boolean not null,
    row_count bigint not null,
    failures jsonb not null,
    checked_at timestamptz not null,
    primary key (night, mart),
    constraint a_mart_has_no_fewer_than_zero_rows check (row_count >= 0),
    constraint failures_is_a_list check (jsonb_typeof(failures) = 'array'),
    constraint a_failed_check_says_what_failed check (
        passed or jsonb_array_length(failures) > 0
    )
);

comment on table ledger.mart_checks is
'One row per night and mart: whether the mart was plausible.';
comment on column ledger.mart_checks.night is
'The night, a local date of the shop.';
comment on column ledger.mart_checks.mart is
'Name of the dbt model.';
comment on column ledger.mart_checks.passed is
'Whether the night''s mart passed its expectations.';
comment on column ledger.mart_checks.row_count is
'Number of rows of the mart that night.';
comment on column ledger.mart_checks.failures is
'What failed, an array of sentences; empty when nothing did.';
comment on column ledger.mart_checks.checked_at is
'When it was checked (UTC).';

create table ledger.decisions (
    night date not null,
    campaign text not null,
    customer_id text not null,
    occasion text not null,
    outcome text not null,
    reason text not null,
    outcome_reason text not null,
    kind text not null,
    purpose text not null,
    channel text not null,
    locale text,
    time_zone text,
    email text,
    first_name text,
    score numeric,
    priority integer,
    not_before timestamptz,
    not_after timestamptz,
    send_at timestamptz,
    evidence jsonb,
    context jsonb,
    primary key (night, campaign, customer_id, occasion),
    constraint outcome_is_one_of_the_fixed_set check (
        outcome in (
            'gated', 'no_address', 'erased', 'no_consent', 'suppressed',
            'paused', 'already_planned', 'expired', 'pool_empty', 'holdout',
            'cooling_down', 'capped', 'outranked', 'over_budget', 'send'
        )
    ),
    constraint kind_is_marketing_or_transactional check (
        kind in ('marketing', 'transactional')
    ),
    constraint a_send_decision_has_an_address_a_locale_and_a_time check (
        outcome <> 'send'
        or (
            email is not null
            and locale is not null
            and send_at is not null
            and not_after is not null
        )
    )
);

create index decisions_of_a_customer on ledger.decisions (customer_id);

comment on table ledger.decisions is
'One row per night and candidate: what was decided, and why.';
comment on column ledger.decisions.night is
'The night that decided, a local date of the shop.';
comment on column ledger.decisions.campaign is
'Name of the campaign''s folder.';
comment on column ledger.decisions.customer_id is
'The shop''s id of the customer.';
comment on column ledger.decisions.occasion is
'What the message is about, such as an order; never a run''s date.';
comment on column ledger.decisions.outcome is
'What was decided; only `send` becomes a message.';
comment on column ledger.decisions.reason is
'Why the campaign chose the customer, one English sentence.';
comment on column ledger.decisions.outcome_reason is
'Why the decision is what it is, one English sentence.';
comment on column ledger.decisions.kind is
'`marketing`, which needs consent, or `transactional`.';
comment on column ledger.decisions.purpose is
'The consent purpose, such as `offers`.';
comment on column ledger.decisions.channel is
'The channel of the message: `email`.';
comment on column ledger.decisions.locale is
'Language of the message, BCP 47.';
comment on column ledger.decisions.time_zone is
'IANA time zone of the customer; null means the shop''s.';
comment on column ledger.decisions.email is
'The customer''s address when it was decided.';
comment on column ledger.decisions.first_name is
'The customer''s given name, for the greeting.';
comment on column ledger.decisions.score is
'Value of the message to the customer now; no unit, more is better.';
comment on column ledger.decisions.priority is
'The campaign''s priority among all campaigns; the highest goes first.';
comment on column ledger.decisions.not_before is
'The message must not arrive earlier (UTC).';
comment on column ledger.decisions.not_after is
'From here on the message is worthless (UTC).';
comment on column ledger.decisions.send_at is
'When the message is to arrive (UTC).';
comment on column ledger.decisions.evidence is
'The facts behind `reason`, as an object.';
comment on column ledger.decisions.context is
'What the template is filled with, as an object.';


-- Requests, messages and events

create table ledger.requests (
    request_id uuid primary key default gen_random_uuid(),
    campaign text not null,
    locale text not null,
    kind text not null,
    purpose text not null,
    sender text,
    message_count integer not null default 0,
    state text not null,
    claimed_at timestamptz not null,
    submitting_at timestamptz,
    fell_silent_at timestamptz,
    closed_at timestamptz,
    batch_id text,
    template_id text,
    unsubscribe_group_id bigint,
    first_release_at timestamptz,
    last_release_at timestamptz,
    http_status smallint,
    sendgrid_message_id text,
    error text,
    cancelling_at timestamptz,
    cancelled_at timestamptz,
    cancel_slot_freed_at timestamptz,
    constraint a_batch_belongs_to_one_request unique (batch_id),
    constraint request_state_is_one_of_the_fixed_set check (
        state in (
            'claimed', 'submitting', 'accepted', 'rejected', 'refused',
            'not_sent', 'unknown', 'cancelled', 'unconfirmed'
        )
    ),
    constraint a_submitted_request_has_a_batch_and_a_template check (
        submitting_at is null
        or (batch_id is not null and template_id is not null)
    ),
    constraint a_submitted_marketing_request_has_an_unsubscribe_group check (
        kind <> 'marketing'
        or submitting_at is null
        or unsubscribe_group_id is not null
    ),
    constraint an_answered_request_was_submitted check (
        state not in (
            'submitting', 'accepted', 'rejected', 'unknown', 'cancelled',
            'unconfirmed'
        )
        or submitting_at is not null
    ),
    constraint only_an_accepted_request_has_an_id_of_sendgrid check (
        state = 'accepted' or sendgrid_message_id is null
    ),
    constraint a_request_is_closed_unless_it_is_under_way check (
        (state in ('claimed', 'submitting')) = (closed_at is null)
    ),
    constraint only_a_scheduled_request_can_be_cancelled check (
        cancelling_at is null or first_release_at is not null
    ),
    constraint a_cancelled_request_has_its_cancel_confirmed check (
        (state = 'cancelled') = (cancelled_at is not null)
        and (cancelled_at is null or cancelling_at is not null)
    ),
    constraint a_cancel_slot_is_freed_only_after_it_was_taken check (
        cancel_slot_freed_at is null or cancelling_at is not null
    )
);

create index requests_by_claim on ledger.requests (claimed_at);
create index requests_under_way on ledger.requests (claimed_at)
where state in ('claimed', 'submitting');
create index requests_to_reconcile on ledger.requests (first_release_at)
where state = 'unknown';
create index requests_that_hold_a_cancel_slot
on ledger.requests (last_release_at)
where cancelling_at is not null and cancel_slot_freed_at is null;

comment on table ledger.requests is
'One row per HTTP request to SendGrid that was begun, whatever became of it.';
comment on column ledger.requests.request_id is
'Id of the request; SendGrid''s events repeat it as `paluu_request_id`.';
comment on column ledger.requests.campaign is
'The campaign of all its messages.';
comment on column ledger.requests.locale is
'Language of all its messages, BCP 47.';
comment on column ledger.requests.kind is
'`marketing` or `transactional`, as all its messages.';
comment on column ledger.requests.purpose is
'The consent purpose of all its messages.';
comment on column ledger.requests.sender is
'The shop''s address that sends its mails.';
comment on column ledger.requests.message_count is
'Number of messages at its start.';
comment on column ledger.requests.state is
'Its state, one of RequestState; its messages follow it.';
comment on column ledger.requests.claimed_at is
'When its messages were claimed (UTC).';
comment on column ledger.requests.submitting_at is
'Committed just before the call to SendGrid (UTC).';
comment on column ledger.requests.fell_silent_at is
'When its worker was found silent (UTC): its call may still follow.';
comment on column ledger.requests.closed_at is
'When its outcome was recorded (UTC); null while it is in flight.';
comment on column ledger.requests.batch_id is
'Id of its own batch at SendGrid, by which it can be cancelled.';
comment on column ledger.requests.template_id is
'SendGrid''s dynamic template.';
comment on column ledger.requests.unsubscribe_group_id is
'SendGrid''s unsubscribe group; null for transactional mail.';
comment on column ledger.requests.first_release_at is
'When SendGrid releases the first mail (UTC); null if one leaves at once.';
comment on column ledger.requests.last_release_at is
'When SendGrid releases the last mail (UTC).';
comment on column ledger.requests.http_status is
'HTTP status of SendGrid''s response; null when there was none.';
comment on column ledger.requests.sendgrid_message_id is
'`X-Message-Id` of the acceptance; otherwise null.';
comment on column ledger.requests.error is
'What went wrong, in English and without addresses.';
comment on column ledger.requests.cancelling_at is
'Committed just before SendGrid was asked to cancel it (UTC).';
comment on column ledger.requests.cancelled_at is
'When SendGrid confirmed the cancel, in time (UTC).';
comment on column ledger.requests.cancel_slot_freed_at is
'When the cancel no longer took a slot at SendGrid (UTC).';

-- Every claim scans past the dead rows of earlier claims, so vacuum runs
-- early. Half of each page stays free for new versions of its rows, and no
-- index contains a state, so a change of state touches no index. A message with
-- neither `claimed_at` nor `expired_at` is planned.
create table ledger.messages (
    message_id uuid primary key default gen_random_uuid(),
    campaign text not null,
    customer_id text not null,
    occasion text not null,
    night date not null,
    kind text not null,
    purpose text not null,
    channel text not null,
    locale text not null,
    time_zone text,
    email text not null,
    context jsonb not null,
    not_before timestamptz,
    not_after timestamptz not null,
    send_at timestamptz not null,
    release_at timestamptz,
    state text not null,
    state_reason text,
    attempts smallint not null default 0,
    request_id uuid references ledger.requests,
    planned_at timestamptz not null,
    claimed_at timestamptz,
    submitting_at timestamptz,
    accepted_at timestamptz,
    rejected_at timestamptz,
    unknown_at timestamptz,
    unconfirmed_at timestamptz,
    expired_at timestamptz,
    cancelled_at timestamptz,
    constraint a_message_is_enqueued_once unique (
        customer_id, campaign, occasion
    ),
    constraint kind_is_marketing_or_transactional check (
        kind in ('marketing', 'transactional')
    ),
    constraint channel_is_email check (channel = 'email'),
    constraint a_message_is_sent_between_not_before_and_not_after check (
        send_at <= not_after and (not_before is null or send_at >= not_before)
    ),
    constraint message_state_is_one_of_the_fixed_set check (
        state in (
            'planned', 'claimed', 'submitting', 'accepted', 'rejected',
            'unknown', 'unconfirmed', 'expired', 'cancelled'
        )
    ),
    constraint a_planned_message_is_with_no_worker check (
        state <> 'planned' or (claimed_at is null and submitting_at is null)
    ),
    constraint a_claimed_message_has_a_request_and_has_not_left check (
        state <> 'claimed'
        or (
            claimed_at is not null
            and request_id is not null
            and submitting_at is null
        )
    ),
    constraint a_message_that_may_have_left_was_submitted_by_a_request check (
        state not in (
            'submitting', 'accepted', 'rejected', 'unknown', 'unconfirmed'
        )
        or (
            submitting_at is not null
            and request_id is not null
            and attempts > 0
        )
    ),
    constraint only_an_accepted_message_has_been_accepted check (
        (state = 'accepted') = (accepted_at is not null)
    ),
    constraint only_a_rejected_message_has_been_rejected check (
        (state = 'rejected') = (rejected_at is not null)
    ),
    constraint a_rejected_message_has_the_reason check (
        state <> 'rejected' or state_reason is not null
    ),
    constraint an_unknown_message_says_since_when_and_why check (
        state <> 'unknown'
        or (unknown_at is not null and state_reason is not null)
    ),
    constraint an_unconfirmed_message_was_unknown_and_has_the_reason check (
        (state = 'unconfirmed') = (unconfirmed_at is not null)
        and (
            state <> 'unconfirmed'
            or (unknown_at is not null and state_reason is not null)
        )
    ),
    constraint an_expired_message_never_left check (
        (state = 'expired') = (expired_at is not null)
        and (state <> 'expired' or submitting_at is null)
    ),
    constraint a_cancelled_message_has_the_reason check (
        (state = 'cancelled') = (cancelled_at is not null)
        and (state <> 'cancelled' or state_reason is not null)
    )
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);

create index messages_to_claim
on ledger.messages (kind desc, send_at, message_id)
where claimed_at is null and expired_at is null;
create index messages_to_claim_of_a_group
on ledger.messages (campaign, locale, kind, purpose, send_at, message_id)
where claimed_at is null and expired_at is null;
create index messages_to_expire on ledger.messages (not_after)
where claimed_at is null and expired_at is null;
create index messages_of_a_request on ledger.messages (request_id);

comment on table ledger.messages is
'One row per message, for ever: one per customer, campaign and occasion.';
comment on column ledger.messages.message_id is
'Id of the message; SendGrid''s events repeat it as `paluu_message_id`.';
comment on column ledger.messages.campaign is
'Name of the campaign''s folder.';
comment on column ledger.messages.customer_id is
'The shop''s id of the customer.';
comment on column ledger.messages.occasion is
'What it is about; one message per customer, campaign and occasion.';
comment on column ledger.messages.night is
'The night that planned it, a local date of the shop.';
comment on column ledger.messages.kind is
'`marketing` or `transactional`.';
comment on column ledger.messages.purpose is
'The consent purpose that it relies on.';
comment on column ledger.messages.channel is
'Its channel; `email` is the only one.';
comment on column ledger.messages.locale is
'Its language, BCP 47.';
comment on column ledger.messages.time_zone is
'IANA time zone of the customer; null means the shop''s.';
comment on column ledger.messages.email is
'The address that it goes to.';
comment on column ledger.messages.context is
'What the template is filled with, as an object.';
comment on column ledger.messages.not_before is
'It must not arrive earlier (UTC).';
comment on column ledger.messages.not_after is
'From here on it is worthless, and expires (UTC).';
comment on column ledger.messages.send_at is
'When it is to arrive (UTC).';
comment on column ledger.messages.release_at is
'When SendGrid releases it (UTC), if on a later day than `send_at`.';
comment on column ledger.messages.state is
'Its state, one of MessageState.';
comment on column ledger.messages.state_reason is
'Why it is in this state, in English, where a reason is needed.';
comment on column ledger.messages.attempts is
'Number of times that it was submitted.';
comment on column ledger.messages.request_id is
'The request that has it, or was the last to try.';
comment on column ledger.messages.planned_at is
'When it was planned (UTC).';
comment on column ledger.messages.claimed_at is
'When its worker claimed it (UTC).';
comment on column ledger.messages.submitting_at is
'Committed just before the call to SendGrid (UTC).';
comment on column ledger.messages.accepted_at is
'When SendGrid''s acceptance was recorded (UTC).';
comment on column ledger.messages.rejected_at is
'When SendGrid''s rejection was recorded (UTC).';
comment on column ledger.messages.unknown_at is
'Since when it is unknown whether it left (UTC).';
comment on column ledger.messages.unconfirmed_at is
'When the search for proof was given up (UTC).';
comment on column ledger.messages.expired_at is
'When it was found to be too late (UTC).';
comment on column ledger.messages.cancelled_at is
'When it was withdrawn (UTC).';

create table ledger.message_events (
    sg_event_id text primary key,
    event text not null,
    message_id uuid,
    request_id uuid,
    attempt_id text,
    sg_message_id text,
    occurred_at timestamptz not null,
    received_at timestamptz not null,
    details jsonb not null
);

create index events_of_a_message on ledger.message_events (message_id);
create index events_of_a_request on ledger.message_events (request_id);

comment on table ledger.message_events is
'One row per event that SendGrid reported, in no guaranteed order.';
comment on column ledger.message_events.sg_event_id is
'SendGrid''s id of the event; a repeated one is dropped.';
comment on column ledger.message_events.event is
'SendGrid''s name of the event: `processed`, `delivered`, `open`, ...';
comment on column ledger.message_events.message_id is
'The message, from the event''s `custom_args`; null when it names none.';
comment on column ledger.message_events.request_id is
'The request, from `custom_args`; null when it names none.';
comment on column ledger.message_events.attempt_id is
'The attempt, from `custom_args`; null when it names none.';
comment on column ledger.message_events.sg_message_id is
'SendGrid''s id of the mail; null in some events.';
comment on column ledger.message_events.occurred_at is
'When it happened (UTC), by SendGrid''s clock.';
comment on column ledger.message_events.received_at is
'When the webhook received it (UTC).';
comment on column ledger.message_events.details is
'The rest of the event, as an object without the address.';

create table ledger.answers (
    answer_id uuid primary key default gen_random_uuid(),
    message_id uuid not null references ledger.messages,
    campaign text not null,
    customer_id text not null,
    occasion text not null,
    question text not null,
    answer text not null,
    answered_at timestamptz not null,
    constraint one_answer_at_a_time_to_a_question unique (
        message_id, question, answered_at
    ),
    constraint questions_and_answers_are_names check (
        question ~ '^[a-z0-9_]{1,40}$' and answer ~ '^[a-z0-9_]{1,40}$'
    )
);

create index answers_of_a_customer on ledger.answers (customer_id);
create index answers_to_a_question on ledger.answers (campaign, question);

comment on table ledger.answers is
'One row per answer to a mail, for ever; a changed answer adds another.';
comment on column ledger.answers.answer_id is
'Id of the answer.';
comment on column ledger.answers.message_id is
'The message that asked.';
comment on column ledger.answers.campaign is
'The message''s campaign.';
comment on column ledger.answers.customer_id is
'The message''s customer, who answered.';
comment on column ledger.answers.occasion is
'What the message was about.';
comment on column ledger.answers.question is
'Name of the question, as in the campaign''s .yml.';
comment on column ledger.answers.answer is
'Name of the answer; the latest to a message''s question counts.';
comment on column ledger.answers.answered_at is
'When it was given (UTC), later than the answer that it replaces.';


-- Suppressions and erasures

create table ledger.suppressions (
    address text not null,
    scope text not null,
    source text not null,
    suppressed_at timestamptz not null,
    said_again_at timestamptz,
    removed_at timestamptz,
    primary key (address, scope, source),
    constraint an_address_is_in_lower_case check (address = lower(address))
);

comment on table ledger.suppressions is
'One row per address, scope and source: addresses that get no mail.';
comment on column ledger.suppressions.address is
'The address, in lower case.';
comment on column ledger.suppressions.scope is
'`address`: no mail at all; `all`: no marketing; else a consent purpose.';
comment on column ledger.suppressions.source is
'Where it comes from: a SendGrid list, or our own unsubscribe `page`.';
comment on column ledger.suppressions.suppressed_at is
'Since when it applies (UTC).';
comment on column ledger.suppressions.said_again_at is
'When it was last repeated on our page while it applied (UTC).';
comment on column ledger.suppressions.removed_at is
'When it ended (UTC); null while it applies.';

create table ledger.suppression_pulls (
    source text primary key,
    pulled_until timestamptz not null,
    fully_pulled_at timestamptz not null
);

comment on table ledger.suppression_pulls is
'One row per suppression list of SendGrid: until when it was pulled.';
comment on column ledger.suppression_pulls.source is
'SendGrid''s name of the list.';
comment on column ledger.suppression_pulls.pulled_until is
'Entries added until then are known (UTC).';
comment on column ledger.suppression_pulls.fully_pulled_at is
'When it was last read in full (UTC); only that shows removals.';

create table ledger.erased (
    address_hash text primary key,
    erased_at timestamptz not null
);

comment on table ledger.erased is
'One row per erased address; it never gets mail again.';
comment on column ledger.erased.address_hash is
'HMAC-SHA-256 of the lower-case address; only this is kept of it.';
comment on column ledger.erased.erased_at is
'When the person was erased (UTC).';


-- Templates, groups and webhooks at SendGrid

create table ledger.templates (
    campaign text not null,
    locale text not null,
    template_id text not null,
    version_id text not null,
    content_hash text not null,
    pushed_at timestamptz not null,
    primary key (campaign, locale)
);

comment on table ledger.templates is
'One row per template at SendGrid, and its content.';
comment on column ledger.templates.campaign is
'Name of the campaign''s folder.';
comment on column ledger.templates.locale is
'Language of the mail, BCP 47.';
comment on column ledger.templates.template_id is
'SendGrid''s id of the dynamic template.';
comment on column ledger.templates.version_id is
'SendGrid''s id of its active version.';
comment on column ledger.templates.content_hash is
'SHA-256, in hexadecimal, of subject, HTML and plain text.';
comment on column ledger.templates.pushed_at is
'When this content was pushed (UTC).';

create table ledger.unsubscribe_groups (
    purpose text primary key,
    group_id bigint not null,
    name text not null,
    ensured_at timestamptz not null,
    adopted_at timestamptz
);

comment on table ledger.unsubscribe_groups is
'One row per consent purpose: its unsubscribe group.';
comment on column ledger.unsubscribe_groups.purpose is
'The consent purpose.';
comment on column ledger.unsubscribe_groups.group_id is
'SendGrid''s id of the group.';
comment on column ledger.unsubscribe_groups.name is
'The group''s name, which people see when they unsubscribe.';
comment on column ledger.unsubscribe_groups.ensured_at is
'When it was last found or created (UTC).';
comment on column ledger.unsubscribe_groups.adopted_at is
'When everybody who unsubscribed before it existed was added (UTC).';

create table ledger.unsubscribe_group_ids (
    group_id bigint primary key,
    purpose text not null
);

comment on table ledger.unsubscribe_group_ids is
'One row per unsubscribe group that a consent purpose has, or had.';
comment on column ledger.unsubscribe_group_ids.group_id is
'SendGrid''s id of the group.';
comment on column ledger.unsubscribe_group_ids.purpose is
'The consent purpose that it belongs, or belonged, to.';

create table ledger.webhook_keys (
    public_key text primary key,
    fetched_at timestamptz not null,
    replaced_at timestamptz
);

comment on table ledger.webhook_keys is
'One row per public key that verifies, or verified, SendGrid''s events.';
comment on column ledger.webhook_keys.public_key is
'The key, in base64 as SendGrid shows it.';
comment on column ledger.webhook_keys.fetched_at is
'When it was last fetched from SendGrid (UTC).';
comment on column ledger.webhook_keys.replaced_at is
'When another key replaced it (UTC); null until then.';

create table ledger.webhook_refusals (
    refused_on date not null,
    reason text not null,
    refusal_count integer not null,
    last_refused_at timestamptz not null,
    primary key (refused_on, reason)
);

comment on table ledger.webhook_refusals is
'One row per day and reason: posts to the event webhook that were refused.';
comment on column ledger.webhook_refusals.refused_on is
'The day, in UTC.';
comment on column ledger.webhook_refusals.reason is
'Why the posts were refused, one of Refusal.';
comment on column ledger.webhook_refusals.refusal_count is
'Number of posts.';
comment on column ledger.webhook_refusals.last_refused_at is
'When the last one was refused (UTC).';


-- Models fitted in Python

create table ledger.fits (
    signal text not null,
    night date not null,
    is_kept boolean not null,
    parameters jsonb,
    figures jsonb,
    message text,
    fitted_at timestamptz not null,
    primary key (signal, night),
    constraint a_fit_has_parameters_or_says_why_not check (
        case
            when is_kept
                then
                    parameters is not null
                    and figures is not null
                    and message is null
            else message is not null
        end
    )
);

comment on table ledger.fits is
'One row per fitted model and night: how the fit went.';
comment on column ledger.fits.signal is
'Name of the model, as in the var `fitted_models`.';
comment on column ledger.fits.night is
'The night, a local date of the shop: data up to its 00:00 count.';
comment on column ledger.fits.is_kept is
'Whether its numbers are used; otherwise those of an earlier night stay.';
comment on column ledger.fits.parameters is
'The fitted parameters and the constants behind them, as an object.';
comment on column ledger.fits.figures is
'How the fit went: sizes, iterations and checks, as an object.';
comment on column ledger.fits.message is
'Why it was not kept, in English; null when it was.';
comment on column ledger.fits.fitted_at is
'When it was fitted (UTC).';

create table ledger.ease_affinities (
    product_type text not null,
    other_type text not null,
    score double precision not null,
    night date not null,
    primary key (product_type, other_type),
    constraint a_type_is_no_affinity_of_itself check (
        product_type <> other_type
    )
);

comment on table ledger.ease_affinities is
'One row per pair of product types that the last kept fit of EASE lists.';
comment on column ledger.ease_affinities.product_type is
'What is in the basket.';
comment on column ledger.ease_affinities.other_type is
'What goes with it.';
comment on column ledger.ease_affinities.score is
'Weight that EASE gives the pair; no unit, more is closer.';
comment on column ledger.ease_affinities.night is
'The night that it was fitted for, a local date of the shop.';

create table ledger.bgnbd_values (
    customer_id text primary key,
    expected_orders double precision not null,
    expected_order_amount double precision not null,
    night date not null
);

comment on table ledger.bgnbd_values is
'One row per customer: values of the last kept BG/NBD and Gamma-Gamma fit.';
comment on column ledger.bgnbd_values.customer_id is
'The shop''s id of the customer.';
comment on column ledger.bgnbd_values.expected_orders is
'Days with an order that BG/NBD expects in the next 365 days.';
comment on column ledger.bgnbd_values.expected_order_amount is
'Expected amount of such a day by Gamma-Gamma, in the shop''s currency.';
comment on column ledger.bgnbd_values.night is
'The night that it was fitted for, a local date of the shop.';


-- Rewards and gift cards

create table ledger.reward_runs (
    run text primary key,
    quarter text not null,
    attempt smallint not null,
    as_of date not null,
    state text not null,
    frozen_at timestamptz not null,
    customer_count integer not null,
    checksum text not null,
    earlier jsonb not null,
    graded_at timestamptz,
    unusual jsonb,
    decided_at timestamptz,
    decided_by text,
    decision_reason text,
    issued_at timestamptz,
    constraint an_attempt_is_made_once unique (quarter, attempt),
    constraint a_quarter_is_written_as_2026q3 check (
        quarter ~ '^[0-9]{4}Q[1-4]$'
    ),
    constraint a_run_is_named_after_its_quarter check (
        run = quarter || '-' || attempt
    ),
    constraint a_checksum_is_a_sha_256 check (checksum ~ '^[0-9a-f]{64}$'),
    constraint run_state_is_one_of_the_fixed_set check (
        state in (
            'frozen', 'graded', 'approved', 'rejected', 'expired', 'issued'
        )
    ),
    constraint only_a_graded_run_is_decided check (
        (state = 'frozen') = (graded_at is null)
        and (decided_at is null or graded_at is not null)
    ),
    constraint a_decision_says_when_and_by_whom check (
        (state in ('frozen', 'graded')) = (decided_at is null)
        and (decided_at is null) = (decided_by is null)
    ),
    constraint a_run_that_was_turned_down_has_the_reason check (
        state not in ('rejected', 'expired') or decision_reason is not null
    ),
    constraint an_approved_run_was_checked check (
        state not in ('approved', 'issued')
        or (unusual is not null and jsonb_typeof(unusual) = 'array')
    ),
    constraint only_an_issued_run_was_issued check (
        (state = 'issued') = (issued_at is not null)
    )
);

create unique index a_quarter_has_one_run_that_stands
on ledger.reward_runs (quarter)
where state not in ('rejected', 'expired');

comment on table ledger.reward_runs is
'One row per attempt to reward a quarter: its data and its decision.';
comment on column ledger.reward_runs.run is
'The quarter and the attempt, such as `2026Q3-1`.';
comment on column ledger.reward_runs.quarter is
'The quarter that is rewarded, such as `2026Q3`.';
comment on column ledger.reward_runs.attempt is
'1, or one more than the rejected or expired run before.';
comment on column ledger.reward_runs.as_of is
'The day after the quarter, a local date: spend known at its 00:00 counts.';
comment on column ledger.reward_runs.state is
'Its state: frozen, graded, approved, rejected, expired or issued.';
comment on column ledger.reward_runs.frozen_at is
'When the grades were frozen (UTC).';
comment on column ledger.reward_runs.customer_count is
'Number of grades that were frozen.';
comment on column ledger.reward_runs.checksum is
'SHA-256, in hexadecimal, of the grades as sorted lines of text.';
comment on column ledger.reward_runs.earlier is
'The four preceding quarters, from the same data: an array of objects.';
comment on column ledger.reward_runs.graded_at is
'When its totals were computed (UTC).';
comment on column ledger.reward_runs.unusual is
'What the checks found unusual, an array of sentences; null before them.';
comment on column ledger.reward_runs.decided_at is
'When it was approved, rejected or expired (UTC).';
comment on column ledger.reward_runs.decided_by is
'Who decided: a person''s name, or the name of a rule.';
comment on column ledger.reward_runs.decision_reason is
'Why, in words.';
comment on column ledger.reward_runs.issued_at is
'When the last of its cards got its code (UTC).';

create table ledger.reward_grades (
    run text not null references ledger.reward_runs,
    quarter text not null,
    customer_id text not null,
    currency text not null,
    spend numeric(14, 2) not null,
    tier_threshold numeric(14, 2),
    amount numeric(12, 2),
    left_out_reason text,
    primary key (run, customer_id, currency),
    constraint spend_is_over_the_threshold_of_its_tier check (
        (amount is null) = (tier_threshold is null)
        and (tier_threshold is null or spend > tier_threshold)
    ),
    constraint a_tier_is_worth_something check (amount > 0),
    constraint only_customers_with_a_tier_are_left_out check (
        left_out_reason is null or amount is not null
    )
);

create unique index nobody_is_rewarded_twice
on ledger.reward_grades (run, customer_id)
where amount is not null and left_out_reason is null;

comment on table ledger.reward_grades is
'One row per run, customer and currency: the grade as it was frozen, for ever.';
comment on column ledger.reward_grades.run is
'The run that froze it.';
comment on column ledger.reward_grades.quarter is
'The quarter, such as `2026Q3`.';
comment on column ledger.reward_grades.customer_id is
'The shop''s id of the customer.';
comment on column ledger.reward_grades.currency is
'Currency of the amounts, ISO 4217.';
comment on column ledger.reward_grades.spend is
'The spend of the quarter that counts, in `currency`.';
comment on column ledger.reward_grades.tier_threshold is
'Threshold of the tier that the spend exceeds, in `currency`.';
comment on column ledger.reward_grades.amount is
'The reward of the tier, in `currency`; null without a tier.';
comment on column ledger.reward_grades.left_out_reason is
'Why there is no reward despite a tier; null when there is one.';

create table ledger.reward_totals (
    run text not null references ledger.reward_runs,
    currency text not null,
    tier_threshold numeric(14, 2) not null,
    amount numeric(12, 2) not null,
    card_count integer not null,
    primary key (run, currency, tier_threshold),
    constraint a_total_is_of_cards check (card_count > 0 and amount > 0)
);

comment on table ledger.reward_totals is
'One row per run and tier: the totals to approve. No rows: no rewards.';
comment on column ledger.reward_totals.run is
'The run.';
comment on column ledger.reward_totals.currency is
'Currency of the amounts, ISO 4217.';
comment on column ledger.reward_totals.tier_threshold is
'The tier, named by its threshold in `currency`.';
comment on column ledger.reward_totals.amount is
'The amount of one card, in `currency`.';
comment on column ledger.reward_totals.card_count is
'Number of customers who are to get a card.';

create function ledger.refuse_to_change() returns trigger
language plpgsql as $$
begin
    raise exception
        'rows of ledger.% are frozen and cannot change', tg_table_name
        using
            errcode = 'integrity_constraint_violation',
            constraint = 'frozen_for_ever',
            schema = tg_table_schema,
            table = tg_table_name;
end $$;
comment on function ledger.refuse_to_change() is
'Prevents any change of the rows that a reward run has frozen.';

create trigger frozen_for_ever
before update or delete or truncate on ledger.reward_grades
for each statement execute function ledger.refuse_to_change();
create trigger frozen_for_ever
before update or delete or truncate on ledger.reward_totals
for each statement execute function ledger.refuse_to_change();

create table ledger.gift_card_key (
    key bytea not null
);

comment on table ledger.gift_card_key is
'One row: the key that codes are hashed with; never changed.';
comment on column ledger.gift_card_key.key is
'32 random bytes, made here, so that shops have different hashes.';

insert into ledger.gift_card_key (key)
select
    sha256(
        uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
        || uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
    ) as key;

-- The only place that defines how a code is written and hashed; the engine, the
-- staging models and the shop's checkout all call it.
create function ledger.hash_gift_card_code(code text) returns bytea
language sql stable parallel safe
return sha256(
    (select gift_card_key.key from ledger.gift_card_key)
    || convert_to(upper(translate(code, ' -', '')), 'UTF8')
);
comment on function ledger.hash_gift_card_code(text) is
'The hash that identifies a code; ignores spaces, hyphens and case.';

create table ledger.gift_cards (
    card_id uuid primary key default gen_random_uuid(),
    source text not null,
    customer_id text not null,
    occasion text not null,
    run text references ledger.reward_runs,
    replaces uuid references ledger.gift_cards,
    currency text not null,
    amount numeric(12, 2) not null,
    is_from_pool boolean not null,
    state text not null,
    code_plain text,
    code_hash bytea,
    code_last_four text,
    expires_date date,
    planned_at timestamptz not null,
    issued_at timestamptz,
    delivered_at timestamptz,
    cancelled_at timestamptz,
    cancelled_by text,
    cancel_reason text,
    constraint one_card_per_customer_and_occasion unique (
        source, customer_id, occasion
    ),
    constraint a_card_is_replaced_once unique (replaces),
    constraint a_code_is_issued_once unique (code_hash),
    constraint a_card_is_worth_something check (amount > 0),
    constraint a_source_is_a_word check (source ~ '^[a-z_]+$'),
    constraint card_state_is_one_of_the_fixed_set check (
        state in ('planned', 'issued', 'delivered', 'cancelled')
    ),
    constraint a_planned_card_has_no_code check (
        state <> 'planned'
        or (
            issued_at is null
            and code_plain is null
            and num_nonnulls(code_hash, code_last_four, expires_date) = 0
        )
    ),
    constraint an_issued_card_has_its_code check (
        state <> 'issued'
        or (
            issued_at is not null
            and code_plain is not null
            and code_hash is not null
            and code_last_four is not null
            and expires_date is not null
        )
    ),
    constraint a_delivered_card_has_forgotten_its_code check (
        state <> 'delivered'
        or (
            issued_at is not null
            and delivered_at is not null
            and code_plain is null
            and code_hash is not null
            and code_last_four is not null
            and expires_date is not null
        )
    ),
    constraint a_cancelled_card_has_no_code_and_says_who_and_why check (
        (state = 'cancelled') = (cancelled_at is not null)
        and num_nonnulls(cancelled_at, cancelled_by, cancel_reason) in (0, 3)
        and (state <> 'cancelled' or code_plain is null)
    )
);

create index gift_cards_of_a_customer on ledger.gift_cards (customer_id);
create index gift_cards_that_wait_for_a_code
on ledger.gift_cards (source, customer_id, occasion)
where state = 'planned';

comment on table ledger.gift_cards is
'One row per gift card, for ever.';
comment on column ledger.gift_cards.card_id is
'Id of the card, used wherever its code must not appear.';
comment on column ledger.gift_cards.source is
'What it is given for, such as `quarterly` or `referral`.';
comment on column ledger.gift_cards.customer_id is
'The shop''s id of the customer who gets it.';
comment on column ledger.gift_cards.occasion is
'The exact occasion: `2026Q3`, or `2026Q3:reissue-1` after a loss.';
comment on column ledger.gift_cards.run is
'The run that granted it; null for cards of other sources.';
comment on column ledger.gift_cards.replaces is
'The cancelled card that it replaces; null for most.';
comment on column ledger.gift_cards.currency is
'Currency of the amount, ISO 4217.';
comment on column ledger.gift_cards.amount is
'Its amount when new, in `currency`.';
comment on column ledger.gift_cards.is_from_pool is
'Whether its code is one of the merchant''s own.';
comment on column ledger.gift_cards.state is
'Its state: planned, issued, delivered or cancelled.';
comment on column ledger.gift_cards.code_plain is
'The code, until the mail with it is at SendGrid.';
comment on column ledger.gift_cards.code_hash is
'Hash of the code, made by `ledger.hash_gift_card_code`.';
comment on column ledger.gift_cards.code_last_four is
'The code''s last four characters, by which people can refer to it.';
comment on column ledger.gift_cards.expires_date is
'The last local date on which the shop accepts it.';
comment on column ledger.gift_cards.planned_at is
'When it was granted (UTC).';
comment on column ledger.gift_cards.issued_at is
'When it got its code (UTC); from then on the shop owes it.';
comment on column ledger.gift_cards.delivered_at is
'When SendGrid had the mail (UTC); the plain code was deleted then.';
comment on column ledger.gift_cards.cancelled_at is
'When it was voided (UTC).';
comment on column ledger.gift_cards.cancelled_by is
'Who voided it: a person''s name, or the name of a rule.';
comment on column ledger.gift_cards.cancel_reason is
'Why, in words.';

create table ledger.gift_card_pool (
    code_hash bytea primary key,
    code_plain text,
    currency text not null,
    amount numeric(12, 2) not null,
    expires_date date,
    imported_at timestamptz not null,
    card_id uuid references ledger.gift_cards,
    claimed_at timestamptz,
    constraint a_card_takes_one_code unique (card_id),
    constraint a_pool_code_is_worth_something check (amount > 0),
    constraint a_taken_code_is_with_its_card_alone check (
        (card_id is null) = (code_plain is not null)
        and (card_id is null) = (claimed_at is null)
    )
);

create index pool_codes_to_take
on ledger.gift_card_pool (currency, amount, expires_date, code_hash)
where card_id is null;

comment on table ledger.gift_card_pool is
'One row per code of the merchant''s own; each is taken by one card at most.';
comment on column ledger.gift_card_pool.code_hash is
'Hash of the code, made by `ledger.hash_gift_card_code`.';
comment on column ledger.gift_card_pool.code_plain is
'The code, until a card takes it.';
comment on column ledger.gift_card_pool.currency is
'Currency of the amount, ISO 4217.';
comment on column ledger.gift_card_pool.amount is
'Its amount in the merchant''s system, in `currency`.';
comment on column ledger.gift_card_pool.expires_date is
'The last date on which the merchant accepts it; null without one.';
comment on column ledger.gift_card_pool.imported_at is
'When it was imported (UTC).';
comment on column ledger.gift_card_pool.card_id is
'The card that took it; null while it is free.';
comment on column ledger.gift_card_pool.claimed_at is
'When the card took it (UTC).';
