-- What is only read (common/store/read.c).

create function iso(p timestamptz) returns text
language plpgsql stable as $$
begin
    return to_char(p at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
end $$;

-- The conversation's state (`extra`: see person_state()), and with it a page of messages: after p_after the oldest p_limit, or
-- with p_after < 0 the newest.
create function messages_page(p_channel int, p_chat text, p_after bigint, p_limit int)
returns table (seq bigint, author smallint, body text, extra jsonb, created_at text,
               conversation_id bigint, last_seq bigint, epoch int, responder smallint, external_id text)
language plpgsql stable as $$
#variable_conflict use_column
declare
    c conversation;
begin
    select * into c from conversation o where o.channel_id = p_channel and o.chat_key = p_chat;
    if not found then
        return;
    end if;
    return query
        select null::bigint, null::smallint, null::text, person_state(c.id, c.responder, c.operator_id), null::text,
               c.id, c.last_seq, c.epoch, c.responder, null::text;
    if p_after < 0 then
        return query
            select m.seq, m.author, m.body, case when m.extra ? 'reply_to' then with_reply(c.id, m.extra) else m.extra end,
                   iso(m.created_at), c.id, c.last_seq, c.epoch, c.responder, m.external_id
            from message m where m.conversation_id = c.id and m.seq > c.last_seq - p_limit
            order by m.seq;
    else
        return query
            select m.seq, m.author, m.body, case when m.extra ? 'reply_to' then with_reply(c.id, m.extra) else m.extra end,
                   iso(m.created_at), c.id, c.last_seq, c.epoch, c.responder, m.external_id
            from message m where m.conversation_id = c.id and m.seq > p_after
            order by m.seq limit p_limit;
    end if;
end $$;

-- How much work waits, by queue.  The jobs of conversations with humans are also their timers, which are no work
-- until they are due.
create function queue_depths()
returns table (queue smallint, ready bigint, running bigint, dead bigint, workers bigint, oldest_s float8)
language sql stable as $$
    select q, count(*) filter (where j.state = 0 and (q <> 3 or j.run_at <= now())), count(*) filter (where j.state = 1),
           count(*) filter (where j.state = 2),
           (select count(*) from worker w where w.queue = q and w.alive_until > now()),
           coalesce(extract(epoch from now() - min(j.run_at) filter (where j.state = 0 and j.run_at <= now())), 0)
    from unnest(array[1, 2, 3]::smallint[]) q left join job j on j.queue = q
    group by q order by q
$$;

create function deliveries_open(out pending bigint, out uncertain bigint)
language sql stable as $$
    select (select count(*) from delivery where settled_at is null),
           (select count(*) from delivery where is_uncertain)
$$;
create index delivery_uncertain on delivery (id) where is_uncertain;

-- Every bot with its channels, for the services' registries.
create function bots_json() returns json
language sql stable as $$
    select coalesce(json_agg(json_build_object(
        'id', b.id, 'name', b.name, 'revision', b.revision, 'spec', b.spec,
        'channels', (
            select coalesce(json_agg(json_build_object(
                'id', c.id, 'kind', c.kind, 'name', c.name, 'delivery', c.delivery, 'spec', c.spec) order by c.id), '[]')
            from channel c where c.bot_id = b.id and c.enabled)) order by b.id), '[]')
    from bot b where b.enabled
$$;
