-- Accepting: one call per inbound event, complete in itself (common/store/accept.c).
--
-- Lock order everywhere: conversation, then job, then delivery.

-- What an accepted event asks for; the codes of enum inbound_action.
--   0 ignore   1 message (a turn answers)   2 edit   3 command (p_reply answers at once)
--   4 reset (3, and the bot forgets)   5 stop (3, and the running turn ends)
--   6 blocked   7 unblocked   8 migrated (p_body is the new chat key)   9 refuse

-- These are all PL/pgSQL, whose plans are kept; a function in plain SQL is parsed and planned anew
-- at every call.

-- Ask for work in a lane.  job_id is null when nobody needs to be told: whoever is running the lane's
-- job sees `pending` when it finishes.
create function enqueue(p_queue smallint, p_lane bigint, p_trace text, p_quiet_ms int, p_quiet_max_ms int)
returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, conversation_id, run_at, trace)
    values (p_queue, 1, p_lane, p_lane, now() + p_quiet_ms * interval '1 ms', p_trace)
    on conflict (queue, lane) do update
        set pending = j.pending + 1,
            stop = j.stop and j.state = 1,
            run_at = case
                when j.state = 0 and j.failures = 0 and p_quiet_ms > 0
                    then least(now() + p_quiet_ms * interval '1 ms',
                               j.created_at + p_quiet_max_ms * interval '1 ms')
                else j.run_at end
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- The person behind an event; made on first sight.
create function find_person(p_channel int, p_user text, p_name text) returns bigint
language plpgsql as $$
declare
    v_person bigint;
begin
    if p_user is null then
        return null;
    end if;
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

-- Ask for a message to be sent, where the channel wants that.  Returns the courier's job, if one is needed.
create function deliver(p_conversation bigint, p_mode smallint, p_seq bigint, p_epoch int, p_trace text) returns bigint
language plpgsql as $$
begin
    if p_mode = 0 then
        return null;
    end if;
    insert into delivery (conversation_id, place, seq, epoch, trace)
    values (p_conversation, p_seq * 1000, p_seq, p_epoch, p_trace);
    if p_mode = 2 then
        return null;
    end if;
    return enqueue(2::smallint, p_conversation, p_trace, 0, 0);
end $$;

create function accept(
    p_channel int, p_bot int, p_mode smallint, p_event text, p_trace text, p_action smallint,
    p_chat text, p_is_group boolean, p_title text, p_lang text, p_user text, p_user_name text,
    p_external text, p_body text, p_extra jsonb, p_reply text, p_reply_extra jsonb, p_callback text,
    p_quiet_ms int, p_quiet_max_ms int,
    out duplicate boolean, out conversation_id bigint, out seq bigint, out reply_seq bigint,
    out turn_job bigint, out delivery_job bigint, out responder smallint)
language plpgsql as $$
#variable_conflict use_column
declare
    v_says  int := case when p_action in (1, 3, 4, 5) then 1 else 0 end; -- the person's own words are kept
    v_count int := v_says + case when p_reply is null then 0 else 1 end;
    c       conversation;
begin
    duplicate := false;
    if p_chat is not null and (p_action not in (0, 6, 7, 8) and p_action <> 2 or v_count > 0) then
        insert into conversation as o (channel_id, chat_key, bot_id, person_id, is_group, lang, title, last_seq)
        values (p_channel, p_chat, p_bot, null, p_is_group, p_lang, p_title, v_count)
        on conflict (channel_id, chat_key) do update
            set last_seq  = o.last_seq + v_count,
                bot_id    = excluded.bot_id,
                reachable = true,
                lang      = coalesce(excluded.lang, o.lang),
                title     = coalesce(excluded.title, o.title)
        returning * into c;
    elsif p_chat is not null then
        select * into c from conversation o where o.channel_id = p_channel and o.chat_key = p_chat for update;
    end if;
    conversation_id := c.id;
    responder := c.responder;
    if v_says = 1 then
        seq := c.last_seq - v_count + 1;
    end if;

    insert into inbound (channel_id, event_key, conversation_id, seq, outcome, trace)
    values (p_channel, p_event, c.id, seq,
            case p_action when 0 then 1 when 1 then null when 9 then 2 else 3 end, p_trace)
    on conflict do nothing;
    if not found then -- seen before; the conversation's lock is ours, so nobody saw the numbers we take back
        if v_count > 0 then
            update conversation o set last_seq = o.last_seq - v_count where o.id = c.id;
        end if;
        duplicate := true;
        select i.conversation_id, i.seq into conversation_id, seq
        from inbound i where i.channel_id = p_channel and i.event_key = p_event;
        return;
    end if;
    if c.id is null then
        return;
    end if;

    if p_user is not null and (c.is_group or c.person_id is null) then
        c.person_id := find_person(p_channel, p_user, p_user_name);
        if not c.is_group then
            update conversation o set person_id = c.person_id where o.id = c.id;
        end if;
    end if;
    if v_says = 1 then
        insert into message (conversation_id, seq, author, body, extra, external_id, person_id, trace)
        values (c.id, seq, 0, p_body, p_extra, p_external, c.person_id, p_trace);
    end if;

    case p_action
        when 1 then
            if c.responder = 0 then
                turn_job := enqueue(1::smallint, c.id, p_trace, p_quiet_ms, p_quiet_max_ms);
            end if;
        when 2 then
            update message m set body = p_body, edited_at = now()
            where m.conversation_id = c.id and m.external_id = p_external and m.author = 0
              and m.seq > c.last_seq - 200;
        when 4 then
            update conversation o set epoch = o.epoch + 1, context_seq = o.last_seq where o.id = c.id
            returning epoch into c.epoch;
        when 5 then
            update job j set stop = true where j.queue = 1 and j.lane = c.id;
        when 6 then
            update conversation o set reachable = false where o.id = c.id;
        when 7 then
            update conversation o set reachable = true where o.id = c.id;
        when 8 then
            perform move_chat(p_channel, p_chat, p_body);
        else null;
    end case;

    if p_callback is not null then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values (c.id, 0, 2, jsonb_build_object('callback', p_callback), p_trace);
        delivery_job := enqueue(2::smallint, c.id, p_trace, 0, 0);
    end if;
    if p_reply is not null then
        reply_seq := c.last_seq;
        insert into message (conversation_id, seq, author, body, extra, trace)
        values (c.id, reply_seq, 3, p_reply, p_reply_extra, p_trace);
        delivery_job := coalesce(deliver(c.id, p_mode, reply_seq, null, p_trace), delivery_job);
    end if;
end $$;

-- A group became a supergroup: its conversation goes on under the new key.  Where the new key
-- already talks, both stay.
create function move_chat(p_channel int, p_from text, p_to text) returns boolean
language plpgsql as $$
begin
    update conversation set chat_key = p_to where channel_id = p_channel and chat_key = p_from;
    return found;
exception when unique_violation then
    return false;
end $$;
