create table conversation (chat_id bigint primary key, last_seq bigint not null default 0);

create table message (
    chat_id    bigint      not null,
    seq        bigint      not null,
    is_bot     boolean     not null,
    body       text        not null,
    created_at timestamptz not null default now(),
    primary key (chat_id, seq)
);

create table inbound (update_id bigint primary key, chat_id bigint not null, received_at timestamptz not null default now());

-- state: 0 queued, 1 running, 2 done.  One open turn a chat; what comes meanwhile is counted.
create table turn (
    id          bigint generated always as identity primary key,
    chat_id     bigint      not null,
    state       smallint    not null default 0,
    attempt     int         not null default 0,
    pending     int         not null default 0,
    lease_until timestamptz,
    created_at  timestamptz not null default now()
) with (fillfactor = 70);
create unique index turn_open on turn (chat_id) where state < 2;

-- state: 0 to do, 1 sending, 2 sent, 3 failed, 4 uncertain.
create table outbox (
    id          bigint generated always as identity primary key,
    chat_id     bigint      not null,
    body        text        not null,
    state       smallint    not null default 0,
    external_id bigint,
    lease_until timestamptz,
    created_at  timestamptz not null default now()
) with (fillfactor = 70);
create index outbox_open on outbox (created_at) where state < 2;

-- One round trip for each step, as one would do for speed.
create function take(p_update bigint, p_chat bigint, p_body text) returns bigint language plpgsql as $$
declare
    v_seq bigint;
    v_turn bigint;
    v_pending int;
begin
    insert into inbound (update_id, chat_id) values (p_update, p_chat) on conflict do nothing;
    if not found then
        return null;
    end if;
    insert into conversation as c (chat_id, last_seq) values (p_chat, 1)
    on conflict (chat_id) do update set last_seq = c.last_seq + 1 returning last_seq into v_seq;
    insert into message (chat_id, seq, is_bot, body) values (p_chat, v_seq, false, p_body);
    insert into turn as t (chat_id) values (p_chat)
    on conflict (chat_id) where state < 2 do update set pending = t.pending + 1
    returning id, pending into v_turn, v_pending;
    return case v_pending when 0 then v_turn end;
end $$;

create function finish(p_turn bigint, p_attempt int, p_body text, out v_outbox bigint, out v_again boolean) language plpgsql as $$
declare
    v_chat bigint;
    v_seq bigint;
begin
    update turn t set state = case when t.pending > 0 then 0 else 2 end, pending = 0
    from (select id, pending from turn where id = p_turn for update) old
    where t.id = old.id and t.state = 1 and t.attempt = p_attempt
    returning t.chat_id, old.pending > 0 into v_chat, v_again;
    if not found then
        return;
    end if;
    update conversation set last_seq = last_seq + 1 where chat_id = v_chat returning last_seq into v_seq;
    insert into message (chat_id, seq, is_bot, body) values (v_chat, v_seq, true, p_body);
    insert into outbox (chat_id, body) values (v_chat, p_body) returning id into v_outbox;
end $$;
