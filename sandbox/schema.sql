-- Times are integers: milliseconds since 1970 UTC by the sandbox's clock (`*_at`), except send_at, which is SendGrid's
-- and in seconds since 1970 UTC.

create table if not exists settings (
    name text primary key,
    value text not null                -- JSON
);

create table if not exists requests (
    request_id integer primary key,
    received_at integer not null,
    method text not null,
    path text not null,
    status integer not null,
    x_message_id text unique,          -- only when accepted
    batch_id text,
    template_id text,
    content_id text references contents,  -- the template version that was active on acceptance
    group_id integer,
    categories text not null default '[]',  -- JSON
    bypassed text not null default '',  -- the suppression lists that the mail ignores
    body blob not null,
    user_agent text not null,
    errors text not null default '[]'  -- the answer's errors, with explanations for the reader
);

create index if not exists requests_by_status on requests (status, request_id);
create index if not exists requests_by_batch on requests (batch_id) where batch_id is not null;

-- One row for each recipient of each personalization.
create table if not exists messages (
    message_id integer primary key,
    request_id integer not null references requests,
    personalization integer not null,
    recipient_field text not null check (recipient_field in ('to', 'cc', 'bcc')),
    email text not null collate nocase,
    name text not null,
    category text,                     -- the first one: the campaign
    subject text,                      -- rendered when first needed
    custom_args text not null,         -- message and personalization level merged
    paluu_message_id text,
    search_text text not null,         -- searched by the inbox, besides the subject
    send_at integer,
    accepted_at integer not null,
    released_at integer,               -- when it was delivered, dropped, ... or discarded
    suppressed_by text,                -- the list with the address when the request began
    state text not null check (
        state in (
            'scheduled',  -- waits for send_at
            'paused',     -- waits, and its batch is paused
            'cancelled',  -- its batch was cancelled in time; discarded at send_at
            'expired',    -- paused for more than 72 hours after send_at, and discarded
            'dropped',    -- not sent: the address is suppressed
            'delivered',
            'bounced',
            'blocked'
        )
    )
);

create index if not exists messages_by_request on messages (request_id, personalization);
create index if not exists messages_by_campaign on messages (category, state);
create index if not exists messages_by_paluu_message_id on messages (paluu_message_id)
where paluu_message_id is not null;
create index if not exists messages_without_subject on messages (message_id) where subject is null;
create index if not exists messages_scheduled on messages (send_at) where state = 'scheduled';
create index if not exists messages_cancelled on messages (send_at) where state = 'cancelled' and released_at is null;
create index if not exists messages_paused on messages (send_at) where state = 'paused';
create index if not exists messages_to_suppressed on messages (message_id) where suppressed_by is not null;

-- Ids in more than one personalization: the only candidates for duplicates.
create table if not exists repeated_ids (
    paluu_message_id text primary key
) without rowid;

-- Past and future events of messages: a future open is known only to the sandbox.
create table if not exists events (
    event_id integer primary key,
    message_id integer not null references messages,
    occurred_at integer not null,
    event text not null,
    details text not null,             -- JSON: the fields that only this kind of event has
    is_waiting integer not null check (is_waiting in (0, 1))  -- to be posted to the event webhook
);

create index if not exists events_by_message on events (message_id);
create index if not exists events_waiting on events (occurred_at) where is_waiting = 1;

create table if not exists batches (
    batch_id text primary key,
    created_at integer not null
);

-- Batches that are paused or cancelled.
create table if not exists scheduled_sends (
    batch_id text primary key references batches,
    status text not null check (status in ('pause', 'cancel')),
    set_at integer not null
);

create table if not exists templates (
    template_id text primary key,
    name text not null,
    generation text not null check (generation in ('legacy', 'dynamic')),
    updated_at integer not null
);

-- Kept permanently, by hash: old messages are rendered with the version that was active when they were accepted.
create table if not exists contents (
    content_id text primary key,
    template_name text not null,
    subject text not null,
    html text not null,
    plain text not null,
    generate_plain integer not null
);

create table if not exists versions (
    version_id text primary key,
    template_id text not null references templates on delete cascade,
    name text not null,
    active integer not null check (active in (0, 1)),
    editor text not null,
    test_data text not null,
    content_id text not null references contents,
    updated_at integer not null
);

create unique index if not exists one_active_version on versions (template_id) where active = 1;

create table if not exists unsubscribe_groups (
    group_id integer primary key,
    name text not null unique,
    description text not null,
    is_default integer not null check (is_default in (0, 1))
);

-- An address is on a list from created_at, which may be in the future, since bounces take time.
create table if not exists suppressions (
    suppression_id integer primary key,
    list text not null check (
        list in ('bounces', 'blocks', 'invalid_emails', 'spam_reports', 'global', 'group')
    ),
    group_id integer references unsubscribe_groups,
    email text not null collate nocase,
    created_at integer not null,
    reason text not null default '',
    status text not null default '',
    check ((list = 'group') = (group_id is not null))
);

create unique index if not exists one_suppression on suppressions (email, list, coalesce(group_id, 0));
create index if not exists suppressions_by_list on suppressions (list, created_at);

create table if not exists webhooks (
    webhook_id text primary key,
    url text not null unique,
    settings text not null,            -- JSON, in the API's format
    private_key text,                  -- PEM; null while signing is off
    created_at integer not null,
    updated_at integer not null
);

-- One array of events for one webhook, posted until the webhook accepts it.
create table if not exists posts (
    post_id integer primary key,
    webhook_id text not null references webhooks on delete cascade,
    body blob not null,
    events integer not null,
    created_at integer not null,
    next_attempt_at integer,           -- null when accepted or lost
    attempts integer not null default 0,
    outcome text not null default '',  -- of the last attempt: a status code or an error
    is_lost integer not null default 0 check (is_lost in (0, 1))  -- given up after 24 hours
);

create index if not exists posts_waiting on posts (next_attempt_at) where next_attempt_at is not null;
