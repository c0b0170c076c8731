-- Accepting: one call per inbound event, complete in itself (common/store/accept.c).
--
-- Locks are taken in the order conversation, job, delivery, and calls that travel in one group are
-- sorted by conversation.  A call that would break this order does not wait: it skips what is locked,
-- and is the last of its group.

-- What an accepted event asks for; the codes of enum inbound_action.
--   0 ignore   1 message (a turn answers)   2 edit   3 command (p_reply answers at once)
--   4 reset (3, and the bot forgets)   5 stop (3, and the running turn ends)
--   6 blocked   7 unblocked   8 migrated (p_body is the new chat key)   9 refuse
--   10 call a human (p_body, if any, is kept; 0013_handoff.sql)   11 rate (p_body is "<case>:<score>")
--   12 nothing that a bot can read: 1 while a human is there, else 3

-- These are all PL/pgSQL, whose plans are kept; a function in plain SQL is parsed and planned anew
-- at every call.

-- Ask the courier for a conversation's line.  Null when nobody needs to be told: whoever is running
-- the job sees the new delivery before it gives the job up.
create function enqueue_delivery(p_conversation bigint, p_trace text) returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, conversation_id, trace)
    values (2, 1, p_conversation, p_conversation, p_trace)
    on conflict (queue, lane) do update
        set pending = j.pending + 1, run_at = case when j.can_wait then least(j.run_at, now()) else j.run_at end,
            announce_at = case when j.can_wait and j.run_at > now() then now() + interval '2 s' else j.announce_at end
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- Ask for a message to be sent, where the channel wants that.  Returns the courier's job, if it has to
-- be announced.
create function deliver(p_conversation bigint, p_mode smallint, p_seq bigint, p_epoch int, p_trace text) returns bigint
language plpgsql as $$
begin
    if p_mode = 0 then
        return null;
    end if;
    insert into delivery (conversation_id, place, seq, epoch, trace)
    values (p_conversation, p_seq * 1000, p_seq, p_epoch, p_trace);
    return case p_mode when 1 then enqueue_delivery(p_conversation, p_trace) end;
end $$;

-- The person behind an event; made on first sight.
create function find_person(p_channel int, p_user text, p_name text) returns bigint
language plpgsql as $$
declare
    v_person bigint;
begin
    select person_id into v_person from identity where channel_id = p_channel and user_key = p_user;
    if found then
        return v_person;
    end if;
    insert into person (name) values (p_name) returning id into v_person;
    insert into identity (channel_id, user_key, person_id, name) values (p_channel, p_user, v_person, p_name)
    on conflict (channel_id, user_key) do update set name = excluded.name
    returning person_id into v_person;
    return v_person;
end $$;

-- A group became a supergroup: its conversation goes on under the new key.  Where the new key
-- already talks, both stay.
--
-- Two places in the order are taken here, and the second is no row: an index entry makes us wait for whoever
-- is just making a conversation under the new key.  Therefore the call travels alone (PG_ALONE): it waits for
-- the first place while it holds nothing, and for the second not so long that two could block each other.  If
-- that time runs out, the new key is as good as taken.
create function move_chat(p_channel int, p_from text, p_to text) returns boolean
language plpgsql as $$
declare
    v_id bigint;
begin
    select id into v_id from conversation where channel_id = p_channel and chat_key = p_from for update;
    return found and rename_chat(v_id, p_to);
end $$;

create function rename_chat(p_conversation bigint, p_to text) returns boolean
language plpgsql set lock_timeout = '50 ms' as $$
begin
    update conversation set chat_key = p_to where id = p_conversation;
    return true;
exception when unique_violation or lock_not_available then
    return false;
end $$;

-- A named type, because the columns of an unnamed one are looked up at every call.
create type accepted as (
    duplicate boolean, conversation_id bigint, seq bigint, reply_seq bigint,
    turn_job bigint, delivery_job bigint, responder smallint, stopped boolean, operator_job bigint, epoch int);

-- When a job is run that waits for quiet and is asked for once more.
create function later(j job, p_quiet_ms int, p_quiet_max_ms int) returns timestamptz
language sql stable as $$
    select case
        when j.state = 0 and j.failures = 0 and p_quiet_ms > 0
            then least(now() + p_quiet_ms * interval '1 ms', j.created_at + p_quiet_max_ms * interval '1 ms')
        else j.run_at end
$$;

-- p_lang: the language that their words show; "~en": nothing shows one, and this holds only where none is known.
-- p_choice: the language the person asks for from now on, or 'auto': the one their words show.
-- p_versions: what is said in each language, {"ru": {"text", "reply", "idle", "extra"}, "en": ..., "": ...}, because
-- only the conversation knows which one it is in; "" is for one that knows none.  `idle` is the reply to a stop
-- that found nothing to end.  Null: p_body, p_reply and p_reply_extra are said as they are.
-- p_is_desk: the place is an operator's; what is said there is not for a bot.
create function accept(
    p_channel int, p_bot int, p_mode smallint, p_event text, p_trace text, p_action smallint,
    p_chat text, p_is_group boolean, p_title text, p_lang text, p_user text, p_user_name text,
    p_external text, p_body text, p_extra jsonb, p_reply text, p_reply_extra jsonb, p_versions jsonb, p_choice text,
    p_callback text, p_quiet_ms int, p_quiet_max_ms int, p_is_desk boolean default false) returns accepted
language plpgsql as $$
declare
    v_person bigint;
    v_state  smallint;
    r        accepted;
begin
    -- The usual case: words to a bot, from somebody who is known.
    if p_action = 1 and p_body is not null and p_lang ^@ '~' is not true and p_reply is null and p_versions is null
       and p_choice is null and p_callback is null and not p_is_desk then
        update conversation c
        set last_seq = c.last_seq + 1, bot_id = p_bot, reachable = true,
            lang = case when c.lang_chosen then c.lang else coalesce(p_lang, c.lang) end,
            title = coalesce(p_title, c.title)
        where c.channel_id = p_channel and c.chat_key = p_chat and c.responder = 0 and not c.is_group
          and (c.person_id is not null or p_user is null)
        returning c.id, c.last_seq, c.responder, c.epoch, c.person_id
        into r.conversation_id, r.seq, r.responder, r.epoch, v_person;
    end if;
    if r.conversation_id is null then
        return accept_unusual(
            p_channel, p_bot, p_mode, p_event, p_trace, p_action, p_chat, p_is_group, p_title, p_lang, p_user, p_user_name,
            p_external, p_body, p_extra, p_reply, p_reply_extra, p_versions, p_choice, p_callback, p_quiet_ms,
            p_quiet_max_ms, p_is_desk);
    end if;

    with heard as (
        insert into inbound (channel_id, event_key, conversation_id, seq, trace)
        values (p_channel, p_event, r.conversation_id, r.seq, p_trace)
        on conflict do nothing returning seq),
    kept as (
        insert into message (conversation_id, seq, author, body, extra, external_id, person_id, trace)
        select r.conversation_id, h.seq, 0, p_body, p_extra, p_external, v_person, p_trace from heard h)
    insert into job as j (queue, kind, lane, conversation_id, run_at, announce_at, trace)
    select 1, 1, r.conversation_id, r.conversation_id, now() + p_quiet_ms * interval '1 ms',
           now() + (p_quiet_ms + 2000) * interval '1 ms', p_trace
    from heard
    on conflict (queue, lane) do update
        set pending = j.pending + 1, run_at = later(j, p_quiet_ms, p_quiet_max_ms)
    returning j.id, j.state into r.turn_job, v_state;
    r.duplicate := not found;
    if r.duplicate then -- the conversation's lock is ours, so nobody saw the number we take back
        update conversation c set last_seq = c.last_seq - 1 where c.id = r.conversation_id;
        select i.conversation_id, i.seq into r.conversation_id, r.seq
        from inbound i where i.channel_id = p_channel and i.event_key = p_event;
    elsif v_state <> 0 then -- whoever runs it sees `pending` when it finishes
        r.turn_job := null;
    end if;
    return r;
end $$;

create function accept_unusual(
    p_channel int, p_bot int, p_mode smallint, p_event text, p_trace text, p_action smallint,
    p_chat text, p_is_group boolean, p_title text, p_lang text, p_user text, p_user_name text,
    p_external text, p_body text, p_extra jsonb, p_reply text, p_reply_extra jsonb, p_versions jsonb, p_choice text,
    p_callback text, p_quiet_ms int, p_quiet_max_ms int, p_is_desk boolean) returns accepted
language plpgsql as $$
declare
    v_says   int := case when p_action in (1, 3, 4, 5, 10, 12) and p_body is not null then 1 else 0 end; -- their words are kept
    v_count  int := v_says + case when p_reply is null then 0 else 1 end;
    v_last   bigint;
    v_person bigint;
    v_group  boolean;
    v_lang   text;
    v_keeps  boolean := p_lang ^@ '~'; -- the language that is known
    v_said   jsonb;
    v_state  smallint;
    r        accepted;
begin
    r.duplicate := false;
    p_lang := ltrim(p_lang, '~');
    if p_chat is not null and v_count = 0 and p_action <> 10 then
        select c.id, c.last_seq, c.responder, c.epoch, c.person_id, c.is_group, c.lang
        into r.conversation_id, v_last, r.responder, r.epoch, v_person, v_group, v_lang
        from conversation c where c.channel_id = p_channel and c.chat_key = p_chat for update;
    elsif p_chat is not null then
        update conversation c
        set last_seq = c.last_seq + v_count, bot_id = p_bot, reachable = true,
            lang = case when c.lang_chosen or v_keeps and c.lang is not null then c.lang else coalesce(p_lang, c.lang) end,
            title = coalesce(p_title, c.title)
        where c.channel_id = p_channel and c.chat_key = p_chat
        returning c.id, c.last_seq, c.responder, c.epoch, c.person_id, c.is_group, c.lang
        into r.conversation_id, v_last, r.responder, r.epoch, v_person, v_group, v_lang;
        if not found then
            if p_user is not null and not p_is_group then
                v_person := find_person(p_channel, p_user, p_user_name);
            end if;
            insert into conversation as c (channel_id, chat_key, bot_id, is_group, lang, title, last_seq, person_id)
            values (p_channel, p_chat, p_bot, p_is_group, p_lang, p_title, v_count, v_person)
            on conflict (channel_id, chat_key) do update
                set last_seq = c.last_seq + v_count, person_id = coalesce(c.person_id, excluded.person_id),
                    lang = case when c.lang_chosen or v_keeps and c.lang is not null then c.lang else coalesce(p_lang, c.lang) end
            returning c.id, c.last_seq, c.responder, c.epoch, c.person_id, c.is_group, c.lang
            into r.conversation_id, v_last, r.responder, r.epoch, v_person, v_group, v_lang;
        end if;
    end if;
    if p_action = 12 and r.responder <> 0 then -- nobody has seen the number of the reply that is not made
        update conversation c set last_seq = c.last_seq - 1 where c.id = r.conversation_id;
        p_action := 1;
        p_reply := null;
        v_count := v_says;
        v_last := v_last - 1;
    elsif p_action = 12 then
        p_action := 3;
    end if;
    if v_says = 1 then
        r.seq := v_last - v_count + 1;
    end if;
    if p_action = 3 and p_body = '' and p_reply is not null and r.responder <> 0 then
        -- a kind of message that the bot cannot read: a human can
        update conversation c set last_seq = c.last_seq - 1 where c.id = r.conversation_id;
        v_last := v_last - 1;
        v_count := v_count - 1;
        p_action := 1;
        p_reply := null;
    end if;

    -- A plain insert goes down the index once, ON CONFLICT would go twice.
    begin
        insert into inbound (channel_id, event_key, conversation_id, seq, outcome, trace)
        values (p_channel, p_event, r.conversation_id, r.seq,
                case p_action when 1 then null when 0 then 1 when 9 then 2 else 3 end, p_trace);
    exception when unique_violation then
        -- seen before; the conversation's lock is ours, so nobody saw the numbers we take back
        if v_count > 0 then
            update conversation c set last_seq = c.last_seq - v_count where c.id = r.conversation_id;
        end if;
        r.duplicate := true;
        select i.conversation_id, i.seq into r.conversation_id, r.seq
        from inbound i where i.channel_id = p_channel and i.event_key = p_event;
        return r;
    end;
    if r.conversation_id is null then
        return r;
    end if;

    if p_user is not null and (v_group or v_person is null) then
        v_person := find_person(p_channel, p_user, p_user_name);
        if not v_group then
            update conversation c set person_id = v_person where c.id = r.conversation_id;
        end if;
    end if;
    if p_choice is not null then
        update conversation c
        set lang_chosen = p_choice <> 'auto', lang = coalesce(nullif(p_choice, 'auto'), p_lang, c.lang)
        where c.id = r.conversation_id
        returning c.lang into v_lang;
    end if;
    v_said := p_versions -> coalesce(v_lang, '');
    if v_says = 1 then
        insert into message (conversation_id, seq, author, body, extra, external_id, person_id, trace)
        values (r.conversation_id, r.seq, 0, coalesce(v_said ->> 'text', p_body),
                case p_action when 1 then p_extra else coalesce(p_extra, '{}') || '{"aside": true}' end,
                p_external, v_person, p_trace);
    end if;

    if p_action = 1 and (p_is_desk or r.responder <> 0) then
        r.operator_job := enqueue_operator(r.conversation_id, case when p_is_desk then 2 else 1 end, p_trace);
    elsif p_action = 1 then
        insert into job as j (queue, kind, lane, conversation_id, run_at, announce_at, trace)
        values (1, 1, r.conversation_id, r.conversation_id, now() + p_quiet_ms * interval '1 ms',
                now() + (p_quiet_ms + 2000) * interval '1 ms', p_trace)
        on conflict (queue, lane) do update
            set pending = j.pending + 1, run_at = later(j, p_quiet_ms, p_quiet_max_ms)
        returning j.id, j.state into r.turn_job, v_state;
        if v_state <> 0 then -- whoever runs it sees `pending` when it finishes
            r.turn_job := null;
        end if;
    elsif p_action = 10 then
        select h.operator_job, h.epoch into r.operator_job, r.epoch
        from call_human(r.conversation_id, 'asked', null, p_trace) h;
        r.responder := greatest(r.responder, 1);
    else
        r.stopped := obey(p_action, p_channel, p_chat, r.conversation_id, r.seq, v_last, p_external, p_body);
        if p_is_desk or r.responder <> 0 then
            r.operator_job := tell_operator(p_action, r.conversation_id, p_external, p_is_desk, p_trace);
        end if;
    end if;

    if p_callback is not null and p_mode = 1 then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values (r.conversation_id, 0, 2, jsonb_build_object('callback', p_callback), p_trace);
        r.delivery_job := enqueue_delivery(r.conversation_id, p_trace);
    end if;
    if p_reply is not null then
        r.reply_seq := v_last;
        insert into message (conversation_id, seq, author, body, extra, trace)
        values (r.conversation_id, r.reply_seq, 3,
                coalesce(case when not r.stopped then v_said ->> 'idle' end, v_said ->> 'reply', p_reply),
                coalesce(v_said -> 'extra', p_reply_extra), p_trace);
        r.delivery_job := coalesce(deliver(r.conversation_id, p_mode, r.reply_seq, null, p_trace), r.delivery_job);
    end if;
    return r;
end $$;

-- What an event does that asks for no turn.  p_seq is of the person's words, p_last of the last message.
-- Of a stop: whether there was anything to end; of a rating: whether it was one.
create function obey(p_action smallint, p_channel int, p_chat text, p_conversation bigint, p_seq bigint,
                     p_last bigint, p_external text, p_body text) returns boolean
language plpgsql as $$
begin
    case p_action
        when 2 then
            update message set body = p_body, edited_at = now()
            where conversation_id = p_conversation and seq > p_last - 200
              and author = 0 and external_id = p_external;
        when 4 then
            update conversation set epoch = epoch + 1, context_seq = p_last where id = p_conversation;
        when 5 then -- up to here nothing needs an answer; what comes later does, and counts from one
            update job set stop_seq = coalesce(p_seq, p_last), pending = 0 where queue = 1 and lane = p_conversation;
            return found;
        when 6 then
            update conversation set reachable = false where id = p_conversation;
        when 7 then
            update conversation set reachable = true where id = p_conversation;
        when 8 then
            perform move_chat(p_channel, p_chat, p_body);
        when 11 then
            return rate_handoff(p_channel, p_chat, split_part(p_body, ':', 1)::bigint,
                                split_part(p_body, ':', 2)::smallint, null) = 1;
        else null;
    end case;
    return null;
end $$;
