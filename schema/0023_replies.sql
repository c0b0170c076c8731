-- Messages that answer one particular message of their conversation: `extra` -> 'reply_to'.
--
-- Operators' have {"seq"}: the number of what they answer; which number that has in their client's channel, is found out
-- when it is sent.  What people in Telegram answer is known by that one alone, {"id"?, "at"?, "text"?}, with the time of
-- what they answer, and its words; which message that is, is found out when it is shown.

-- Deliveries have no index by what was sent, because few are ever looked for; by their time that costs nothing.
create index delivery_created on delivery using brin (created_at) with (pages_per_range = 32, autosummarize = on);

-- Markdown as plain words, on one line: good enough for a glance.
create function glance(p_text text, p_plain boolean) returns text
language plpgsql immutable as $$
begin
    p_text := left(p_text, 1000);
    if not p_plain then
        p_text := regexp_replace(p_text, '!?\[([^]\n]*)\]\([^)\n]*\)', '\1', 'g');
        p_text := regexp_replace(p_text, '^\s*(#{1,6}|>|[-*+]|```\S*)\s+|^\s*```\S*$', '', 'gn');
        p_text := regexp_replace(p_text, '\*\*|__|~~|`', '', 'g');
        p_text := regexp_replace(p_text, '\\([[:punct:]])', '\1', 'g');
    end if;
    return left(btrim(regexp_replace(p_text, '\s+', ' ', 'g')), 300);
end $$;

create function glance_of(m message) returns text
language plpgsql immutable as $$
begin
    return glance(m.body, m.author = 0 or m.author = 2 and coalesce((m.extra ->> 'plain')::boolean, false));
end $$;

-- The number that a message has in its channel; null: none, or none yet.
create function number_of(m message) returns text
language plpgsql stable set enable_seqscan = off as $$
declare
    v_id text;
begin
    if m.author = 0 then
        return m.external_id;
    end if;
    select d.external_id into v_id from relay r join delivery d on d.id = r.delivery_id
    where r.conversation_id = m.conversation_id and r.seq = m.seq and r.kind = 7 and d.external_id is not null
    order by d.place, d.id limit 1;
    if v_id is null then
        select d.external_id into v_id from delivery d
        where d.created_at = m.created_at and d.conversation_id = m.conversation_id and d.seq = m.seq
        order by d.place limit 1;
    end if;
    return v_id;
end $$;

-- The other way round.  p_at: when it was sent, in seconds, by the channel's clock.
create function seq_of(p_conversation bigint, p_id text, p_at bigint) returns bigint
language plpgsql stable set enable_seqscan = off as $$
declare
    v_last bigint := (select c.last_seq from conversation c where c.id = p_conversation);
    v_seq  bigint;
begin
    if p_id is null then
        return null;
    end if;
    select m.seq into v_seq from message m
    where m.conversation_id = p_conversation and m.seq > v_last - 2000 and m.author = 0 and m.external_id = p_id
    order by m.seq desc limit 1;
    if v_seq is null then
        select r.seq into v_seq from relay r join delivery d on d.id = r.delivery_id
        where r.conversation_id = p_conversation and r.kind = 7 and d.external_id = p_id
        order by r.delivery_id desc limit 1;
    end if;
    if v_seq is null and p_at > 0 then
        select d.seq into v_seq from delivery d
        where d.created_at between to_timestamp(p_at) - interval '5 minutes' and to_timestamp(p_at) + interval '1 minute'
          and d.conversation_id = p_conversation and d.external_id = p_id
        order by d.id desc limit 1;
    end if;
    return v_seq;
end $$;

-- p_extra as couriers get it: with that number, {"reply_to": {"seq", "id"?}}.
create function with_number(p_conversation bigint, p_extra jsonb) returns jsonb
language plpgsql stable as $$
declare
    m message;
begin
    select * into m from message
    where conversation_id = p_conversation and seq = (p_extra -> 'reply_to' ->> 'seq')::bigint;
    return jsonb_set(p_extra, '{reply_to,id}', coalesce(to_jsonb(number_of(m)), 'null'));
end $$;

-- An order may answer that: it is in this conversation, and somebody's words.
create function is_said(p_conversation bigint, p_seq bigint) returns boolean
language plpgsql stable as $$
begin
    return exists (select from message where conversation_id = p_conversation and seq = p_seq and author <> 3);
end $$;

-- p_extra as readers get it: {"reply_to": {"seq"?, "author"?, "name"?, "text"?, "file"?}}, whose text is plain and short.
create function with_reply(p_conversation bigint, p_extra jsonb) returns jsonb
language plpgsql stable as $$
declare
    v_reply jsonb := p_extra -> 'reply_to';
    m       message;
begin
    select * into m from message
    where conversation_id = p_conversation
      and seq = coalesce((v_reply ->> 'seq')::bigint, seq_of(p_conversation, v_reply ->> 'id', (v_reply ->> 'at')::bigint));
    v_reply := jsonb_strip_nulls(jsonb_build_object(
        'seq', m.seq, 'author', (array['person', 'bot', 'operator', 'platform'])[m.author + 1],
        'name', case m.author when 0 then (select p.name from person p where p.id = m.person_id)
                              when 2 then m.extra #>> '{operator,name}' end,
        'text', nullif(coalesce(glance(v_reply ->> 'text', true), glance_of(m)), ''),
        'file', case when m.extra ? 'attachments' then jsonb_build_object(
                    'kind', m.extra #>> '{attachments,0,kind}', 'name', m.extra #>> '{attachments,0,name}') end));
    return case when v_reply = '{}' then p_extra - 'reply_to' else p_extra || jsonb_build_object('reply_to', v_reply) end;
end $$;
