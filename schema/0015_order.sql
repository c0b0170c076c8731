-- What operators say in Telegram becomes orders, one event after another (common/store/order.c).
--
-- A claim tells of one event all that is needed to understand it; what it came to is recorded by the finish,
-- together with what the operator is told.  In between stands desk(), whose key makes an order happen once.

-- The operator's own chat with the bot, also if what they said was said in a topic of it.
create function own_desk(c conversation) returns bigint
language plpgsql as $$
declare
    v_chat text := split_part(c.chat_key, ':', 1);
    v_id   bigint;
begin
    if v_chat = c.chat_key then
        return c.id;
    end if;
    select id into v_id from conversation where channel_id = c.channel_id and chat_key = v_chat;
    if not found then
        insert into conversation (channel_id, chat_key, bot_id, person_id, is_group, lang, title)
        values (c.channel_id, v_chat, c.bot_id, c.person_id, c.is_group, c.lang, c.title)
        on conflict (channel_id, chat_key) do update set title = excluded.title
        returning id into v_id;
    end if;
    return v_id;
end $$;

-- A stranger becomes an operator whom somebody has to enable.
create function register_operator(p_desk bigint, p_topics boolean, c conversation) returns int
language plpgsql as $$
declare
    o operator;
begin
    insert into operator (name, lang) values (coalesce(nullif(c.title, ''), '?'), reads_lang(c.lang)) returning * into o;
    insert into desk_chat (conversation_id, operator_id, has_topics) values (p_desk, o.id, p_topics);
    insert into audit (operator_id, what, detail, address)
    values (o.id, 'operator_added', jsonb_build_object('operator', operator_then(o)), 'telegram');
    return o.id;
end $$;

-- Their rights have changed: an operator is told in their Telegram, and one who may not work any more is
-- followed by operator-relay.  The sweep announces both.  p_texts: as for announce().
create function tell_enabled(p_operator int, p_enabled boolean, p_texts jsonb, p_trace text) returns void
language plpgsql as $$
declare
    v_line bigint;
    v_lang text;
begin
    if not p_enabled then
        update operator set on_duty = false, asked_at = null where id = p_operator;
        perform enqueue_duty(p_operator, p_trace);
    end if;
    select d.conversation_id, reads_lang(o.lang) into v_line, v_lang
    from desk_chat d join operator o on o.id = d.operator_id where o.id = p_operator;
    if not found then
        return;
    end if;
    insert into delivery (conversation_id, place, kind, payload, trace)
    values (v_line, place_now(), 3,
            jsonb_build_object('text', p_texts -> case when p_enabled then 'enabled' else 'disabled' end -> v_lang), p_trace);
    perform enqueue_delivery(v_line, p_trace);
end $$;

-- Somebody from Telegram and a login of the console are one and the same.  The one who is known from Telegram
-- alone goes; null: there is no such pair, or that one has a history already.
create function link_operator(p_who text, p_login text) returns json
language plpgsql as $$
declare
    v_from int;
    v_to   operator;
begin
    select o.id into v_from from operator o join desk_chat d on d.operator_id = o.id
    where o.login is null and o.id::text = p_who for update of o;
    select * into v_to from operator o where o.login = p_login for update;
    if v_from is null or v_to.id is null
       or exists (select from desk_chat where operator_id = v_to.id)
       or exists (select from handoff where operator_id = v_from) then
        return null;
    end if;
    update desk_chat set operator_id = v_to.id where operator_id = v_from;
    update audit set operator_id = v_to.id where operator_id = v_from;
    delete from invitation where operator_id = v_from;
    delete from operator where id = v_from;
    insert into audit (what, detail, address)
    values ('operator_changed', jsonb_build_object('operator', operator_then(v_to), 'change', '{"telegram": true}'::jsonb),
            'command line');
    return json_build_object('id', v_to.id);
end $$;

-- {"<channel>:<chat>": true} of those who may work at a desk: in Telegram, the key of somebody's own chat is who
-- they are.
create function desk_people() returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_object_agg(c.channel_id || ':' || c.chat_key, true), '{}')
            from operator o join desk_chat d on d.operator_id = o.id join conversation c on c.id = d.conversation_id
            where o.enabled);
end $$;

create function order_client(p_conversation bigint) returns json
language plpgsql stable as $$
begin
    return (select json_build_object(
                'id', c.id, 'title', c.title, 'lang', c.lang, 'responder', c.responder, 'operator', c.operator_id,
                'canned', b.spec -> 'canned')
            from conversation c join bot b on b.id = c.bot_id where c.id = p_conversation);
end $$;

-- Which message of a client's conversation the operator answers: what was shown there lately, or what was said there
-- to the client, by whichever operator of the desk: their order's key is the event (services/operator-relay/plan.c).
create function order_reply(p_desk bigint, p_message text) returns json
language plpgsql stable as $$
begin
    if p_message is null then
        return null;
    end if;
    return coalesce(
        (select json_build_object('client', r.conversation_id, 'kind', r.kind, 'seq', r.seq)
         from (select x.* from relay x where x.desk_id = p_desk order by x.delivery_id desc limit 2000) r
         join delivery d on d.id = r.delivery_id
         where d.external_id = p_message order by r.delivery_id desc limit 1),
        (select json_build_object('client', w.conversation_id, 'kind', 1, 'seq', w.seq)
         from (select y.seq, y.body from conversation c join message y on y.conversation_id = c.id and y.seq > c.last_seq - 2000
               where c.id = p_desk and y.external_id = p_message order by y.seq desc limit 1) m
         join desk_chat k on true
         join desk_order o on o.operator_id = k.operator_id and o.key = 'tg:' || p_desk || ':' || m.seq
         join message w on w.conversation_id = (o.result ->> 'conversation_id')::bigint and w.seq = (o.result ->> 'seq')::bigint
                        and w.author = 2 and w.body = m.body limit 1));
end $$;

-- They answer a message of which we have yet to write down that it arrived: whose it is will be known in a moment.
create function answers_too_soon(p_line bigint, m message) returns boolean
language plpgsql stable as $$
begin
    return m.extra -> 'reply_to' ->> 'id' is not null and m.created_at > now() - interval '10 s'
           and exists (select from job j where j.queue = 2 and j.lane = p_line and j.delivery_id is not null)
           and order_reply(p_line, m.extra -> 'reply_to' ->> 'id') is null;
end $$;

-- What a button is about: {"handoff"} {"suggestion"} {"operator"} {"words"}, as its data names them.
create function order_subject(p_line bigint, p_data text) returns jsonb
language plpgsql stable as $$
declare
    v text[] := regexp_match(p_data, '^t:([a-z]+):([0-9]{1,18})(?::([0-9]{1,18}))?$');
begin
    return case
        when v[1] in ('take', 'skip') then
            (select jsonb_build_object('handoff', h.id, 'client', h.conversation_id,
                                       'over', h.state = 3 and h.outcome is distinct from 'message')
             from handoff h where h.id = v[2]::bigint)
        when v[1] in ('use', 'edit', 'discard') then
            (select jsonb_build_object('suggestion', s.id, 'client', s.conversation_id, 'body', s.body, 'state', s.state)
             from suggestion s where s.id = v[2]::bigint)
        when v[1] = 'enable' then
            (select jsonb_build_object('operator', o.id, 'name', o.name, 'lang', o.lang, 'to', d.desk)
             from operator o left join own_desk d on d.operator_id = o.id where o.id = v[2]::bigint)
        when v[1] = 'send' then
            (select jsonb_build_object('client', v[2]::bigint, 'seq', m.seq, 'text', m.body, 'extra', m.extra)
             from message m where m.conversation_id = p_line and m.seq = v[3]::bigint)
        when v[1] is not null then jsonb_build_object('client', v[2]::bigint, 'to', v[3]::bigint)
    end;
end $$;

create function order_colleagues(p_operator int) returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'load', o.load, 'capacity', o.capacity)), '[]')
            from (select * from operator p where p.enabled and p.on_duty and p.load < p.capacity and p.id <> p_operator
                  order by p.load, p.given_at limit 20) o);
end $$;

-- [case, client, what they said last] of messages that were left while nobody was there; the oldest first.
create function order_left() returns json
language plpgsql stable as $$
begin
    return (select json_agg(json_build_array(l.id, l.title, l.body) order by l.id)
            from (select h.id, c.title, (select m.body from message m
                                         where m.conversation_id = c.id and m.seq <= h.ended_seq and m.author = 0
                                         order by m.seq desc limit 1) as body
                  from messages_left() w
                  join conversation c on c.id = w.conversation_id
                  join handoff h on h.conversation_id = c.id and h.ended_at = w.at
                  order by w.at limit 10) l);
end $$;

-- What others have, and what nobody has yet, for an administrator; of clients or operators whose name holds the words.
create function order_live(p_operator int, p_words text) returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_object('id', l.id, 'title', l.title, 'holder', l.name) order by l.n), '[]')
            from (select c.id, c.title, o.name, row_number() over (order by h.operator_id is null, h.called_at) as n
                  from handoff h join conversation c on c.id = h.conversation_id left join operator o on o.id = h.operator_id
                  where h.state < 3 and h.operator_id is distinct from p_operator
                    and (coalesce(p_words, '') = '' or position(lower(p_words) in lower(concat_ws(' ', c.title, o.name))) > 0)
                  order by n limit 31) l);
end $$;

create function order_notes(p_operator int) returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_array(n.conversation_id, n.name, n.body) order by n.id), '[]')
            from (select n.id, n.conversation_id, o.name, n.body from conversation c
                  join note n on n.conversation_id = c.id join operator o on o.id = n.operator_id
                  where c.operator_id = p_operator and c.responder = 2 order by n.id desc limit 50) n);
end $$;

-- Whose words these are.  In a group whoever speaks is known from their own chat with the bot.
create function order_operator(c conversation, m message, p_desk bigint) returns int
language plpgsql stable as $$
begin
    if not c.is_group then
        return (select d.operator_id from desk_chat d where d.conversation_id = p_desk);
    end if;
    return (select d.operator_id from conversation o join desk_chat d on d.conversation_id = o.id
            where o.person_id = m.person_id and o.channel_id = c.channel_id and not o.is_group limit 1);
end $$;

-- Which of a message's edits it is.
create function edit_time(m message) returns text
language sql stable as $$ select extract(epoch from m.edited_at)::text $$;

-- All that is needed to understand one event.  edited: when the words were changed that were dealt with before.
create function order_work(c conversation, m message, p_desk bigint) returns json
language plpgsql stable as $$
declare
    v_operator int := order_operator(c, m, p_desk);
    v_topic    bigint := (select t.client_id from desk_topic t where t.conversation_id = c.id);
    v_reply    json := order_reply(c.id, m.extra -> 'reply_to' ->> 'id');
    v_subject  jsonb := order_subject(c.id, m.extra ->> 'data');
    v_verb     text := coalesce(substring(m.extra ->> 'data' from '^t:([a-z]+):'), m.extra ->> 'command');
    v_edited   text := case when m.extra ? 'edited' and m.seq <= c.answered_seq then edit_time(m) end;
    v_key      text := 'tg:' || c.id || ':' || m.seq;
begin
    return json_build_object(
        'line', c.id, 'to', line_of(c.id), 'lang', c.lang, 'is_group', c.is_group, 'topic', v_topic,
        'reply', v_reply, 'subject', v_subject,
        'event', json_build_object('seq', m.seq, 'text', m.body, 'extra', m.extra, 'external', m.external_id,
                                   'edited', v_edited),
        'operator', (select json_build_object(
                         'id', o.id, 'name', o.name, 'lang', o.lang, 'is_admin', o.role = 2, 'enabled', o.enabled,
                         'on_duty', o.on_duty, 'is_new', o.created_at >= m.created_at,
                         'is_asked_for', coalesce(o.asked_at > now() - interval '1 day', false))
                     from operator o where o.id = v_operator),
        'has_topics', (select d.has_topics from desk_chat d where d.operator_id = v_operator),
        'selected', (select d.selected from desk_chat d where d.operator_id = v_operator),
        'chats', (select coalesce(json_agg(order_client(h.id) order by h.id), '[]')
                  from conversation h where h.operator_id = v_operator and h.responder = 2),
        'about', order_client(coalesce((v_subject ->> 'client')::bigint, (v_reply ->> 'client')::bigint, v_topic)),
        'sent', (select json_agg(o.result) from desk_order o -- to more than one only by buttons: plan.c
                 where o.operator_id = v_operator and (o.key = v_key or o.key > v_key || ':' and o.key < v_key || ';')
                   and o.result ->> 'verb' in ('say', 'use') and v_edited is not null),
        'colleagues', case when v_verb = 'transfer' then order_colleagues(v_operator) end,
        'live', case when v_verb = 'chats' and (select o.role = 2 and o.enabled from operator o where o.id = v_operator)
                     then order_live(v_operator, m.extra ->> 'argument') end,
        'notes', case when v_verb = 'notes' then order_notes(v_operator) end,
        'left', case when v_verb in ('start', 'chats') then order_left() end,
        'admins', (select json_agg(json_build_object('to', a.desk, 'lang', a.lang))
                   from (select d.desk, o.lang from operator o join own_desk d on d.operator_id = o.id
                         where o.role = 2 and o.enabled and v_verb = 'start' order by o.id limit 20) a));
end $$;

create type order_claim as (
    status smallint, wait_ms int, attempt int, failures int, conversation_id bigint, channel_id int, chat_key text,
    trace text, work json);

-- status: 0 claimed, 1 gone, 2 busy, 3 early (wait_ms), 4 nothing is left, and the job is gone.
create function claim_order(p_job bigint, p_worker int, p_unsure boolean) returns order_claim
language plpgsql as $$
declare
    a      claimable;
    j      job;
    c      conversation;
    m      message;
    v_desk bigint;
    r      order_claim;
begin
    a := claimable(p_job, 2, p_worker, p_unsure);
    r.status := a.status;
    r.wait_ms := a.wait_ms;
    if a.status <> 0 then
        return r;
    end if;
    j := a.job;
    select * into c from conversation where id = j.conversation_id;
    select * into m from message
    where conversation_id = c.id and seq > c.last_seq - 200 and seq <= c.answered_seq and extra ? 'edited'
    order by seq limit 1;
    if not found then
        select * into m from message
        where conversation_id = c.id and seq > c.answered_seq and author = 0 order by seq limit 1;
    end if;
    if not found then
        delete from job where id = p_job;
        r.status := 4;
        return r;
    end if;
    if answers_too_soon(c.id, m) then
        r.status := 3;
        r.wait_ms := 200;
        return r;
    end if;
    v_desk := own_desk(c);
    if m.extra ->> 'command' = 'start' and not c.is_group then
        if not exists (select from desk_chat where conversation_id = v_desk) then
            perform register_operator(v_desk, coalesce((m.extra ->> 'topics')::boolean, false), c);
        end if;
        update desk_chat set handle = lower(m.extra ->> 'handle')
        where conversation_id = v_desk and handle is distinct from lower(m.extra ->> 'handle');
    end if;
    update job set state = 1, attempt = next_attempt(j.attempt), worker_id = p_worker, pending = 0
    where id = p_job returning job.attempt into r.attempt;
    r.status := 0;
    r.failures := j.failures + j.deaths;
    r.conversation_id := c.id;
    r.channel_id := c.channel_id;
    r.chat_key := c.chat_key;
    r.trace := j.trace;
    r.work := order_work(c, m, v_desk);
    return r;
end $$;

-- One thing that comes of an event.
--   {"payload", "kind", "to": line_of(), "client"?, "shows"?, "seq"?, "first"?}   a note or a call, and the memory of it
--   {"select"} {"topics"} {"asked"} {"enable", "to", "texts"}
create function order_act(p_line bigint, p_action jsonb, p_place bigint, p_trace text) returns void
language plpgsql as $$
declare
    v_line     bigint := coalesce((p_action -> 'to' ->> 'desk')::bigint, p_line);
    v_delivery bigint;
begin
    if p_action ? 'payload' then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values (v_line, case when p_action ? 'first' then 0 else p_place end, (p_action ->> 'kind')::smallint,
                p_action -> 'payload', p_trace)
        returning id into v_delivery;
        if p_action ? 'client' then
            insert into relay (delivery_id, desk_id, conversation_id, seq, kind)
            values (v_delivery, v_line, (p_action ->> 'client')::bigint, (p_action ->> 'seq')::bigint,
                    (p_action ->> 'shows')::smallint);
        end if;
    elsif p_action ? 'select' then
        update desk_chat set selected = (p_action ->> 'select')::bigint
        where operator_id = (p_action ->> 'operator')::int;
    elsif p_action ? 'topics' then
        update desk_chat set has_topics = (p_action ->> 'topics')::boolean
        where operator_id = (p_action ->> 'operator')::int;
    elsif p_action ? 'asked' then
        update operator set asked_at = now() where id = (p_action ->> 'operator')::int;
    elsif p_action ? 'enable' then
        perform change_operator((p_action ->> 'operator')::int, (p_action ->> 'enable')::int, '{"enabled": true}', 'telegram',
                                p_action -> 'texts');
    end if;
end $$;

-- The event is dealt with; p_edited: as it was told of (order_work()), since an edit may have been followed by another.
-- lines, jobs: deliveries to be announced.  The job is ready again.
-- p_actions: what has no place, then the rest in the order in which places are locked.
create function finish_order(p_job bigint, p_attempt int, p_seq bigint, p_edited text, p_actions jsonb, p_trace text,
                             out fenced boolean, out lines bigint[], out jobs bigint[])
language plpgsql as $$
declare
    v_line  bigint := (select conversation_id from job where id = p_job);
    v_place bigint := place_now();
    v_other bigint;
    v_job   bigint;
    x       jsonb;
begin
    perform from conversation where id = v_line for update;
    perform from job where id = p_job and state = 1 and attempt = p_attempt for update;
    fenced := not found;
    if fenced then
        return;
    end if;
    if p_edited is not null then
        update message m set extra = m.extra - 'edited'
        where m.conversation_id = v_line and m.seq = p_seq and edit_time(m) = p_edited;
    else
        update conversation set answered_seq = greatest(answered_seq, p_seq) where id = v_line;
    end if;
    for x in select * from jsonb_array_elements(p_actions) loop
        if x ? 'payload' and coalesce((x -> 'to' ->> 'desk')::bigint, v_line) is distinct from v_other then
            v_other := coalesce((x -> 'to' ->> 'desk')::bigint, v_line);
            v_job := enqueue_delivery(v_other, p_trace);
            if v_job is not null then
                lines := lines || v_other;
                jobs := jobs || v_job;
            end if;
        end if;
        perform order_act(v_line, x, v_place, p_trace);
        v_place := v_place + 1000;
    end loop;
    update job set state = 0, worker_id = null, failures = 0, deaths = 0, run_at = now(), announce_at = now() + interval '2 s'
    where id = p_job;
end $$;

-- --- edits ---------------------------------------------------------------------------------

-- What a message became in a line: [delivery, is a caption, is lost] of each part that has words, else of the first;
-- null: there is nothing to be changed.  What has not been looked at yet will be sent as it is by then; what is being
-- sent may yet become several (split_delivery()).  Lost is what may not be there: an edit fails, and that is told.
create function shown_as(p_line bigint, p_client bigint, p_seq bigint) returns jsonb
language plpgsql stable as $$
begin
    return (
        with part as (
            select d.id, d.place, (d.kind <> 1 or d.payload ? 'plain') and d.state <> 3 as has_words, d.state > 2 as is_lost,
                   case d.kind when 0 then m.extra ? 'attachments' when 1 then d.payload ? 'attachment'
                               else d.payload ? 'attachments' end as is_caption
            from relay r join delivery d on d.id = r.delivery_id
            join message m on m.conversation_id = r.conversation_id and m.seq = r.seq
            where r.conversation_id = p_client and r.seq = p_seq and r.desk_id = p_line and r.kind in (1, 7)
              and (d.kind in (1, 3) or d.kind = 0 and shown_state(d) > 0)
              and (d.state in (0, 3, 4) or d.external_id is not null))
        select jsonb_agg(jsonb_build_array(p.id, coalesce(p.is_caption, false), p.is_lost) order by p.place, p.id) from part p
        where p.has_words or not exists (select from part w where w.has_words) and p.id = (select min(id) from part));
end $$;

-- What an edit of that message has yet to do in the line.
create function edits_waiting(p_line bigint, p_client bigint, p_seq bigint) returns setof delivery
language plpgsql stable as $$
begin
    return query
        select d.* from relay r
        join delivery d on d.kind = 4 and (d.payload ->> 'of')::bigint = r.delivery_id and d.payload ? 'part'
                        or d.kind = 3 and d.id = r.delivery_id and d.payload ? 'skip'
        where r.conversation_id = p_client and r.seq = p_seq and r.desk_id = p_line and r.kind in (1, 7)
          and d.conversation_id = p_line and d.settled_at is null and shown_state(d) = 0;
end $$;

-- The words of a message's parts in a line are changed to p_payload's, part by part, in one message for each; what they
-- have no room for is sent besides (under a caption, as an answer to it), if there is anything, and the last of them is
-- not lost.  Whatever does not work is told as `else` says.  An edit that still waits is overtaken.  p_shown: as
-- shown_as() was before, or null.  False: there is nothing to be changed.  The caller holds the row of the line's job.
create function send_edits(p_line bigint, p_client bigint, p_seq bigint, p_place bigint, p_shown jsonb, p_payload jsonb,
                           p_trace text) returns boolean
language plpgsql as $$
declare
    v_last bigint;
    v_rest bigint;
begin
    update delivery set state = 5, error = 'superseded', settled_at = now()
    where id in (select w.id from edits_waiting(p_line, p_client, p_seq) w);
    p_shown := coalesce(shown_as(p_line, p_client, p_seq), p_shown);
    if p_shown is null then
        return false;
    end if;
    v_last := jsonb_array_length(p_shown);
    p_payload := p_payload || jsonb_build_object('caption', p_shown -> 0 -> 1);
    if not (p_shown -> -1 ->> 2)::boolean then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values (p_line, p_place + v_last, 3,
                p_payload || jsonb_build_object('skip', v_last)
                || case when (p_shown -> 0 ->> 1)::boolean then jsonb_build_object('reply_to', p_shown -> 0 -> 0) else '{}' end,
                p_trace)
        returning id into v_rest;
        insert into relay (delivery_id, desk_id, conversation_id, seq, kind)
        values (v_rest, p_line, p_client, p_seq, case when p_line = p_client then 7 else 1 end);
    end if;
    insert into delivery (conversation_id, place, kind, payload, trace)
    select p_line, p_place + e.n - 1, 4,
           p_payload || jsonb_build_object('method', case when (e.part ->> 1)::boolean then 'editMessageCaption' else 'editMessageText' end,
                                           'of', e.part -> 0, 'part', e.n - 1), p_trace
    from jsonb_array_elements(p_shown) with ordinality e (part, n) order by e.n;
    return true;
end $$;

-- That delivery has become several: an edit which came before that changes all of them.
create function divide_edits(p_line bigint, p_delivery bigint) returns void
language plpgsql as $$
declare
    r relay;
    e delivery;
begin
    select * into r from relay where delivery_id = p_delivery and kind in (1, 7);
    select * into e from edits_waiting(p_line, r.conversation_id, r.seq) where kind = 4 order by place desc limit 1;
    if found then
        perform send_edits(p_line, r.conversation_id, r.seq, e.place, null, e.payload - '{method,of,part}'::text[], e.trace);
    end if;
end $$;

-- An operator's words have changed: what was sent of them changes too, where the channel can do that.  A claim that is
-- under way has perhaps read the old ones, and only with the job's lock is seen.
create function deliver_edit(p_conversation bigint, p_seq bigint, p_operator int, p_trace text) returns bigint
language plpgsql as $$
declare
    m message;
begin
    perform from job where queue = 2 and lane = p_conversation for update;
    select * into m from message where conversation_id = p_conversation and seq = p_seq;
    if send_edits(
        p_conversation, p_conversation, p_seq, place_now(), null,
        jsonb_build_object('text', m.body, 'plain', coalesce((m.extra ->> 'plain')::boolean, false),
                           'else', jsonb_build_object('operator', p_operator, 'client', p_conversation, 'what', 'failed', 'seq', p_seq)),
        p_trace) then
        return enqueue_delivery(p_conversation, p_trace);
    end if;
    return null;
end $$;

-- This delivery shows words of an operator's to their client: an edit changes it, and each part that it may become.
create function remember_words(p_conversation bigint, p_seq bigint, p_delivery bigint) returns void
language plpgsql as $$
begin
    insert into relay (delivery_id, desk_id, conversation_id, seq, kind)
    select p_delivery, p_conversation, p_conversation, p_seq, 7 where p_delivery is not null;
end $$;
