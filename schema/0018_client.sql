-- What the console shows of one conversation.

-- --- messages ------------------------------------------------------------------------------------------

-- Null where nobody sends: people read from us there.  Only what is open, or went wrong, is looked for.
create function delivery_of(m message, p_mode smallint, out state text, out error text)
language plpgsql stable as $$
begin
    if p_mode = 0 or m.author = 0 then
        return;
    end if;
    select (array['pending', 'sending', null, 'failed', 'uncertain', 'failed'])[d.state + 1], d.error into state, error
    from (select shown_state(d) as state, d.error from delivery d
          where d.conversation_id = m.conversation_id and d.place between m.seq * 1000 and m.seq * 1000 + 999
            and d.settled_at is null
          union all
          select d.state, d.error from delivery d
          where d.conversation_id = m.conversation_id and d.seq = m.seq and d.error is not null and d.state > 2) d
    order by d.state desc limit 1;
    state := coalesce(state, 'sent');
end $$;

create function message_json(m message, p_mode smallint) returns json
language plpgsql stable as $$
begin
    return (select json_build_object(
        'seq', m.seq, 'author', (array['person', 'bot', 'operator', 'platform'])[m.author + 1],
        'name', case m.author when 0 then (select p.name from person p where p.id = m.person_id)
                              else m.extra #>> '{operator,name}' end, -- who speaks, or has joined
        'operator_id', case m.author when 2 then (m.extra #>> '{operator,id}')::int end,
        'text', m.body,
        'extra', case when m.extra ? 'reply_to' then with_reply(m.conversation_id, m.extra) else m.extra end, 'delivery', d.state, 'error', d.error,
        'created_at', iso(m.created_at), 'edited_at', iso(m.edited_at))
        from delivery_of(m, p_mode) d);
end $$;

-- After p_after the oldest, before p_before the newest, or the newest of all; oldest first in any case.
create function console_messages(p_conversation bigint, p_after bigint, p_before bigint, p_limit int) returns json
language plpgsql stable as $$
declare
    c conversation;
    v_mode smallint;
    v_list json;
begin
    select * into c from conversation where id = p_conversation;
    select ch.delivery into v_mode from channel ch where ch.id = c.channel_id and ch.kind <> 'desk';
    if not found then
        return null;
    end if;
    if p_after is not null then
        v_list := (select json_agg(message_json(m, v_mode) order by m.seq) from (
            select * from message x where x.conversation_id = c.id and x.seq > p_after order by x.seq limit p_limit) m);
    else
        v_list := (select json_agg(message_json(m, v_mode) order by m.seq) from (
            select * from message x where x.conversation_id = c.id and (p_before is null or x.seq < p_before)
            order by x.seq desc limit p_limit) m);
    end if;
    return json_build_object('messages', coalesce(v_list, '[]'), 'last_seq', c.last_seq);
end $$;

-- --- the card --------------------------------------------------------------------------------------------

-- Everything we know them by: the identities of the person, and the same user in our other Telegram bots.
create function identities_of(c conversation) returns setof identity
language plpgsql stable as $$
declare
    v_kind text := (select kind from channel where id = c.channel_id);
begin
    return query
        select i.* from identity i where i.person_id = c.person_id
        union
        select o.* from identity i join channel ch on ch.kind = 'telegram' join identity o
            on o.channel_id = ch.id and o.user_key = i.user_key
        where v_kind = 'telegram' and i.channel_id = c.channel_id and i.person_id = c.person_id;
end $$;

create function person_json(c conversation) returns json
language plpgsql stable as $$
begin
    return (with known as (select * from identities_of(c) where not c.is_group)
        select json_build_object(
        'name', coalesce((select p.name from person p where p.id = c.person_id), c.title),
        'identities', (
            select coalesce(json_agg(json_build_object('channel', ch.name, 'kind', ch.kind, 'user', k.user_key,
                                                       'name', k.name) order by ch.id), '[]')
            from known k join channel ch on ch.id = k.channel_id),
        'lang', c.lang, 'since', iso(c.created_at),
        'tokens', (
            select json_build_object('in', coalesce(sum(t.tokens_in), 0), 'out', coalesce(sum(t.tokens_out), 0))
            from (select x.tokens_in, x.tokens_out from turn x where x.conversation_id = c.id
                  union all
                  select s.tokens_in, s.tokens_out from suggestion s where s.conversation_id = c.id) t),
        'earlier', (
            select coalesce(json_agg(json_build_object(
                'id', e.id, 'channel', ch.name, 'title', e.title,
                'state', (array['bot', 'waiting', 'operator'])[e.responder + 1],
                'last_at', iso(coalesce(m.created_at, e.created_at))) order by e.id desc), '[]')
            from (select distinct on (o.id) o.* from conversation o
                  where o.person_id in (select k.person_id from known k) and o.id <> c.id limit 50) e
            join channel ch on ch.id = e.channel_id
            left join message m on m.conversation_id = e.id and m.seq = e.last_seq)));
end $$;

create function handoffs_json(p_conversation bigint) returns json
language sql stable as $$
    select coalesce(json_agg(json_build_object(
        'id', h.id, 'reason', h.reason, 'detail', h.detail, 'called_at', iso(h.called_at), 'taken_at', iso(h.taken_at),
        'ended_at', iso(h.ended_at),
        'operator', case when o.id is not null then json_build_object('id', o.id, 'name', o.name) end,
        'outcome', h.outcome, 'rating', h.rating, 'comment', h.comment,
        'events', (
            select coalesce(json_agg(json_build_object('at', iso(e.at), 'what', e.what, 'operator', x.name,
                                                       'detail', e.detail) order by e.at), '[]')
            from (select * from handoff_event v where v.handoff_id = h.id order by v.at desc limit 100) e
            left join operator x on x.id = e.operator_id)) order by h.id desc), '[]')
    from (select * from handoff y where y.conversation_id = p_conversation order by y.id desc limit 50) h
    left join operator o on o.id = h.operator_id
$$;

create function notes_json(p_conversation bigint, p_after bigint) returns json
language sql stable as $$
    select coalesce(json_agg(json_build_object('id', n.id, 'operator', o.name, 'text', n.body, 'after', n.after_seq,
                                               'created_at', iso(n.created_at)) order by n.id), '[]')
    from (select * from note x where x.conversation_id = p_conversation and x.id > p_after order by x.id desc limit 200) n
    left join operator o on o.id = n.operator_id
$$;

-- The newest that nobody has used, discarded or overtaken.
create function suggestion_json(c conversation) returns json
language sql stable as $$
    select json_build_object('id', s.id, 'text', s.body, 'last_seq', s.last_seq)
    from suggestion s
    where s.conversation_id = c.id and s.state = 0 and s.epoch = c.epoch and c.responder = 2
    order by s.id desc limit 1
$$;

create function console_conversation(p_conversation bigint, p_operator int) returns json
language plpgsql stable as $$
declare
    c     conversation;
    v_row json := console_row(p_conversation, p_operator);
begin
    if v_row is null then
        return null;
    end if;
    select * into c from conversation where id = p_conversation;
    return json_build_object('conversation', v_row, 'person', person_json(c), 'handoffs', handoffs_json(c.id),
                             'notes', notes_json(c.id, 0), 'suggestion', suggestion_json(c));
end $$;

-- --- what is new, for those who watch ---------------------------------------------------------------------

-- p_seq and p_note: what is known already; null: of the last half minute.  `unread` is by operator, as far as
-- theirs differs from the row's.
create function console_news(p_conversation bigint, p_operators int[], p_seq bigint, p_note bigint) returns json
language plpgsql stable as $$
declare
    c      conversation;
    h      handoff;
    v_row  json := console_row(p_conversation, null);
    v_mode smallint;
begin
    if v_row is null then
        return null;
    end if;
    select * into c from conversation where id = p_conversation;
    select * into h from handoff x where x.conversation_id = c.id order by x.id desc limit 1;
    select delivery into v_mode from channel where id = c.channel_id;
    return json_build_object(
        'row', v_row,
        'unread', (
            select coalesce(json_object_agg(r.operator_id, unread(c, h, r.operator_id)), '{}')
            from reading r where r.conversation_id = c.id and r.operator_id = any (p_operators)),
        'messages', (
            select coalesce(json_agg(message_json(m, v_mode) order by m.seq), '[]') from (
                select * from message x
                where x.conversation_id = c.id and (x.seq > p_seq
                      or (p_seq is null and x.seq > c.last_seq - 20 and x.created_at > now() - interval '30 s'))
                order by x.seq desc limit 50) m),
        'notes', (
            select notes_json(c.id, coalesce(p_note, (
                select max(n.id) from note n
                where n.conversation_id = c.id and n.created_at < now() - interval '30 s'), 0))),
        'suggestion', suggestion_json(c), 'channel', c.channel_id, 'chat', c.chat_key);
end $$;

create function console_states(p_ids bigint[])
returns table (id bigint, last_seq bigint, epoch int, has_open boolean)
language sql stable as $$
    select c.id, c.last_seq, c.epoch,
           exists (select from delivery d where d.conversation_id = c.id and d.settled_at is null)
    from conversation c where c.id = any (p_ids)
$$;

-- What one operator may show the person: they are writing.  No row: the chat is not theirs.
create function held_place(p_conversation bigint, p_operator int)
returns table (channel_id int, chat_key text, kind text)
language sql stable as $$
    select c.channel_id, c.chat_key, ch.kind from conversation c join channel ch on ch.id = c.channel_id
    where c.id = p_conversation and c.responder = 2 and c.operator_id = p_operator
$$;

-- A file that came with a message, and whose bot has it, unless it is ours (0021).
create function attachment_of(p_conversation bigint, p_seq bigint, p_index int)
returns table (attachment jsonb, channel_id int)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        select a.value, coalesce((a.value ->> 'channel')::int, c.channel_id)
        from conversation c
        join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
        join message m on m.conversation_id = c.id and m.seq = p_seq
        cross join lateral (select m.extra -> 'attachments' -> p_index as value) a
        where c.id = p_conversation and (a.value ->> 'file_id' is not null or a.value ->> 'file' is not null);
end $$;
