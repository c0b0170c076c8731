-- People who answer: operators, what they were called for, and what they did.
--
-- Written by operator-relay and, for the console, by ingress; both through the functions of 0013 and 0014.

create table operator (
    id         int generated always as identity primary key,
    login      text collate "C" unique,            -- null: known from Telegram alone
    name       text        not null,
    role       smallint    not null default 1,     -- 1 operator, 2 admin
    enabled    boolean     not null default false, -- by an admin
    on_duty    boolean     not null default false,
    capacity   int         not null default 3 check (capacity between 1 and 100), -- chats at once
    load       int         not null default 0 check (load >= 0),                  -- chats now
    lang       text        not null default 'ru',
    password   text,                               -- scrypt; null: cannot sign in
    given_at   timestamptz not null default now(), -- when a chat was last offered or given to them
    seen_at    timestamptz,
    asked_at   timestamptz,                        -- when admins were asked to enable them
    created_at timestamptz not null default now()
) with (fillfactor = 70);
-- Who can take one more, the least busy and longest waiting first: found without a look at the others.
create index operator_free on operator (load, given_at) where enabled and on_duty and load < capacity;
create index operator_full on operator (id) where enabled and on_duty and load >= capacity;

-- An operator's private chat with a desk's bot: a conversation of a `desk` channel.
create table desk_chat (
    conversation_id bigint  primary key,
    operator_id     int     not null unique,
    has_topics      boolean not null default false,
    selected        bigint,                         -- the client whom words without an address go to
    handle          text collate "C"                -- their name in Telegram, without the @, in small letters
);
create index desk_chat_handle on desk_chat (handle);

-- A forum topic in which one client is talked to; the topic is a conversation of a `desk` channel, too.
create table desk_topic (
    client_id       bigint  not null,
    desk_id         bigint  not null,               -- the conversation of the chat that has the topics
    conversation_id bigint  unique,                 -- of the topic itself; null while it is being made
    delivery_id     bigint,                         -- the call that makes it
    is_closed       boolean not null default false, -- nobody of that desk has the chat: the topic says so
    primary key (client_id, desk_id)
);

-- A case: from the call for a human to its end.
create table handoff (
    id              bigint generated always as identity primary key,
    conversation_id bigint      not null,
    state           smallint    not null default 1, -- 1 waiting, 2 with an operator, 3 over
    reason          text        not null,
    detail          text,
    called_at       timestamptz not null default now(),
    called_seq      bigint      not null,           -- the first question then that nobody had answered, else the last message
    round           int         not null default 0, -- of invitations, so far
    operator_id     int,
    taken_at        timestamptz,
    ended_at        timestamptz,
    ended_seq       bigint,
    outcome         text,
    rating          smallint check (rating between 1 and 5),
    comment         text,
    trace           text        not null
) with (fillfactor = 70);
create unique index handoff_open on handoff (conversation_id) where state < 3;
create index handoff_conversation on handoff (conversation_id, id);
create index handoff_waiting on handoff (called_at, id) where state = 1;
create index handoff_operator on handoff (operator_id, id);

-- What happened in a case, for its history.
create table handoff_event (
    handoff_id  bigint      not null,
    at          timestamptz not null default clock_timestamp(),
    what        text        not null, -- called, invited, taken, skipped, transferred, returned, closed, idle, left, widened, ...
    operator_id int,
    detail      text
);
create index handoff_event_of on handoff_event (handoff_id, at);

create table invitation (
    handoff_id  bigint   not null,
    operator_id int      not null,
    round       int      not null,
    state       smallint not null default 0, -- 0 open, 1 accepted, 2 skipped, 3 withdrawn
    delivery_id bigint,                      -- what was sent to their Telegram; null: console only
    primary key (handoff_id, operator_id)
);
create index invitation_open on invitation (operator_id) where state = 0;

-- What of a client's conversation is shown by which delivery to a desk: for replies, edits and buttons.  What an
-- operator said is shown to the client themselves, so there the desk is the client's conversation.
create table relay (
    delivery_id     bigint primary key,
    desk_id         bigint   not null, -- the conversation it was sent in
    conversation_id bigint   not null, -- the client's
    seq             bigint,            -- the message shown
    kind            smallint not null  -- 1 message, 2 invitation, 3 suggestion, 4 card, 5 history, 6 notice, 7 an operator's words
);
create index relay_desk on relay (desk_id, delivery_id);
create index relay_client on relay (conversation_id, seq);

-- For operators' eyes only.
create table note (
    id              bigint generated always as identity primary key,
    conversation_id bigint      not null,
    operator_id     int         not null,
    after_seq       bigint      not null,
    body            text        not null,
    created_at      timestamptz not null default now()
);
create index note_conversation on note (conversation_id, id);

-- How far an operator has read.
create table reading (
    operator_id     int    not null,
    conversation_id bigint not null,
    seq             bigint not null,
    primary key (operator_id, conversation_id)
);

-- Orders given, once each: the key is the client's own, or the event's.
create table desk_order (
    operator_id int         not null,
    key         text        collate "C" not null,
    result      jsonb       not null,
    created_at  timestamptz not null default now(),
    primary key (operator_id, key)
);
create index desk_order_age on desk_order (created_at);

create table session (
    token_hash  bytea       primary key,
    operator_id int         not null,
    csrf        text        not null,
    created_at  timestamptz not null default now(),
    seen_at     timestamptz not null default now(),
    expires_at  timestamptz not null
);
create index session_operator on session (operator_id);

-- Who did what that matters: signing in, and failing to; changes of operators; jobs tried again.  The console has words for
-- each of these, and for each member of `detail`.
create table audit (
    id          bigint generated always as identity primary key,
    at          timestamptz not null default now(),
    operator_id int,            -- who did it; null: nobody who is known, or who has a shell
    what        text        not null check (what in (
        'signed_in', 'signed_out', 'sign_in_failed', 'locked_out', 'password_changed', 'operator_added',
        'operator_changed', 'job_retried')),
    detail      jsonb,
    address     text            -- or 'telegram', 'command line'
);

-- Somebody whom `detail` is about, as they were then.
create function operator_then(o operator) returns jsonb
language sql immutable as $$ select jsonb_strip_nulls(jsonb_build_object('id', o.id, 'name', o.name, 'login', o.login)) $$;

alter table conversation
    add column operator_id int,                              -- who answers while responder is 2
    add column relayed_seq bigint not null default 0,        -- up to here operators have been shown it
    add column notice_at timestamptz;                        -- when we last said that nobody is there
create index conversation_held on conversation (operator_id) where responder = 2;
alter table suggestion
    add column state smallint not null default 0,            -- 0 open, 1 used, 2 discarded, 3 overtaken: by a newer one, own words, the end
    add column operator_id int;

-- What the person sees of a handoff: who answers, their place among those who wait, and what they
-- thought of it (common/store/person.c).

-- {"operator": {"name"}}, {"queue": {"place", "wait_s"}}, {"leaving": true} (nobody will come now, a message may be
-- left) or {"rate": the case to be rated}; null if there is nothing to tell.
create function person_state(p_conversation bigint, p_responder smallint, p_operator int) returns jsonb
language plpgsql stable as $$
declare
    h handoff;
begin
    if p_responder = 2 then
        return (select jsonb_build_object('operator', jsonb_build_object('name', o.name))
                from operator o where o.id = p_operator);
    elsif p_responder = 1 then
        return (select case when f.leaving then '{"leaving": true}'
                            else jsonb_build_object('queue', jsonb_build_object(
                                'place', queue_place(f.called_at, f.id), 'wait_s', expected_wait())) end
                from handoff f where f.conversation_id = p_conversation and f.state = 1);
    end if;
    select * into h from handoff f where f.conversation_id = p_conversation order by f.id desc limit 1;
    if h.state = 3 and h.taken_at is not null and h.rating is null and h.ended_at > now() - interval '1 day' then
        return jsonb_build_object('rate', h.id);
    end if;
    return null;
end $$;

-- What became of a rating: 0 there is no such case of theirs, or it is not over; 1 kept; 2 they have said
-- something else before; 3 the same.  A comment may follow the score.
create function rate_handoff(p_channel int, p_chat text, p_handoff bigint, p_score smallint, p_comment text)
returns smallint
language plpgsql as $$
declare
    h handoff;
begin
    select f.* into h from handoff f
    join conversation c on c.id = f.conversation_id and c.channel_id = p_channel and c.chat_key = p_chat
    where f.id = p_handoff and f.state = 3 and f.taken_at is not null
    for update of f;
    if not found then
        return 0;
    end if;
    if h.rating is not null
       and (h.rating <> p_score or p_comment is not null and h.comment is not null and h.comment <> p_comment) then
        return 2;
    end if;
    if h.rating is not null and (p_comment is null or h.comment is not null) then
        return 3;
    end if;
    update handoff set rating = p_score, comment = p_comment where id = p_handoff;
    insert into handoff_event (handoff_id, what, operator_id, detail)
    values (p_handoff, 'rated', h.operator_id, p_score::text);
    return 1;
end $$;
