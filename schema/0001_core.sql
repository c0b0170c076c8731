-- Who we talk with, where, and what was said.
--
-- Codes are small integers, named in common/store/codes.h; keep both in step.
-- Hot tables carry no foreign keys: their rows are only written by the functions
-- beside them, and `tandem verify` checks what keys would.

-- A bot is a persona, described in the bots file; `tandem bot apply` writes it.
create table bot (
    id         int generated always as identity primary key,
    name       text        not null unique,
    spec       jsonb       not null,
    revision   bigint      not null default 1,
    enabled    boolean     not null default true,
    updated_at timestamptz not null default now()
);

-- A channel is a place where one bot can be reached: one Telegram bot, one website.
create table channel (
    id       int generated always as identity primary key,
    bot_id   int      not null references bot,
    kind     text     not null, -- 'telegram', 'widget', 'vink', 'console'
    name     text     not null unique,
    spec     jsonb    not null,
    delivery smallint not null, -- 0: people read from us; 1: courier sends; 2: people fetch, each once
    enabled  boolean  not null default true
);

create table article (
    bot_id int  not null references bot on delete cascade,
    slug   text not null,
    lang   text not null, -- 'ru' or 'en'
    title  text not null,
    body   text not null, -- Markdown
    url    text,
    search tsvector generated always as (
        case lang
            when 'ru' then setweight(to_tsvector('russian', title), 'A') || setweight(to_tsvector('russian', body), 'B')
            else setweight(to_tsvector('english', title), 'A') || setweight(to_tsvector('english', body), 'B')
        end) stored,
    primary key (bot_id, slug, lang)
);
create index article_search on article using gin (search);

create table person (
    id         bigint generated always as identity primary key,
    name       text,
    created_at timestamptz not null default now()
);

-- The same person as a channel knows them.
create table identity (
    channel_id int    not null,
    user_key   text collate "C" not null,
    person_id  bigint not null,
    name       text,
    primary key (channel_id, user_key)
);

-- One person (or group) and one bot in one place.  `responder` says whose turn it is to
-- speak; each change of it, and each reset, raises `epoch`.  What was made under an
-- older epoch is not published: that is the fence.
create table conversation (
    id           bigint generated always as identity primary key,
    channel_id   int         not null,
    chat_key     text collate "C" not null,
    bot_id       int         not null,
    person_id    bigint,
    is_group     boolean     not null default false,
    reachable    boolean     not null default true, -- false: they blocked us
    responder    smallint    not null default 0,    -- 0 bot, 1 waiting for an operator, 2 operator
    epoch        int         not null default 1,
    last_seq     bigint      not null default 0,
    answered_seq bigint      not null default 0,    -- a turn covers every message up to here
    context_seq  bigint      not null default 0,    -- the bot's memory begins after it
    lang         text,                              -- what we speak: chosen, or as their words show
    lang_chosen  boolean     not null default false, -- by the person, who alone may change it then
    title        text,                              -- the person's name, or the group's
    created_at   timestamptz not null default now(),
    unique (channel_id, chat_key)
) with (fillfactor = 70);

-- `seq` is given under the conversation's row lock and is the order everyone shows.
create table message (
    conversation_id bigint      not null,
    seq             bigint      not null,
    author          smallint    not null, -- 0 person, 1 bot, 2 operator, 3 platform
    body            text        not null, -- Markdown from bots; plain from people
    extra           jsonb,                -- attachments, buttons, sources; aside: dealt with at once, no question
    external_id     text,                 -- the channel's id of a person's message
    person_id       bigint,               -- who spoke, in groups
    trace           text        not null,
    created_at      timestamptz not null default now(),
    edited_at       timestamptz,
    primary key (conversation_id, seq)
);

-- Every event a channel ever gave us, once.  outcome is null while a turn answers for it:
-- the turn whose [first_seq, last_seq] holds `seq` says what became of it.
create table inbound (
    channel_id      int         not null,
    event_key       text collate "C" not null,
    conversation_id bigint,
    seq             bigint,
    outcome         smallint,  -- 1 ignored, 2 refused, 3 done at once (commands, edits, membership)
    trace           text        not null,
    received_at     timestamptz not null default now(),
    primary key (channel_id, event_key)
);

-- What a finished turn did with the messages it covered.
create table turn (
    conversation_id  bigint      not null,
    first_seq        bigint      not null,
    last_seq         bigint      not null,
    job_id           bigint      not null,
    attempt          int         not null,
    epoch            int         not null,
    outcome          smallint    not null, -- 1 answered, 2 apologised, 3 stopped, 4 cancelled, 6 handed over to a human
    reply_seq        bigint,
    provider         text,
    model            text,
    tokens_in        int,
    tokens_out       int,
    tokens_estimated boolean     not null default false,
    first_token_ms   int,
    total_ms         int,
    error            text,
    trace            text        not null,
    finished_at      timestamptz not null default now(),
    primary key (conversation_id, first_seq)
);

-- What the bot would say while an operator talks: asked for, or an answer that came after they had taken
-- over; it covers nothing, so it has no turn, and its price is here.  Shown to operators only.
create table suggestion (
    id               bigint generated always as identity primary key,
    conversation_id  bigint      not null,
    last_seq         bigint      not null,
    epoch            int         not null,
    body             text        not null,
    provider         text,
    model            text,
    tokens_in        int,
    tokens_out       int,
    tokens_estimated boolean     not null default false,
    created_at       timestamptz not null default now()
);
create index suggestion_conversation on suggestion (conversation_id, id);
