-- What operators order: one command layer for the desk in Telegram and the console (common/store/desk.c).

create type desk_done as (
    status text, conversation_id bigint, handoff_id bigint, epoch int, responder smallint, seq bigint,
    delivery_job bigint, operator_job bigint, llm_job bigint, free_job bigint, holder_id int, holder text,
    channel_id int, chat_key text);

-- Make the case o's.  Null: done (r tells); else why not.
create function desk_take(inout r desk_done, c conversation, h handoff, o operator, p_force boolean, p_texts jsonb, p_trace text)
language plpgsql as $$
begin
    if h.state = 2 and h.operator_id <> o.id and not (p_force and o.role = 2) then
        r.status := 'taken';
        return;
    elsif (h.state = 2 and h.operator_id = o.id) is not true then
        if not o.on_duty and o.role <> 2 then
            r.status := 'off_duty';
            return;
        elsif o.load >= o.capacity and not (p_force and o.role = 2) then
            r.status := 'full';
            return;
        end if;
        if h.id is null then
            insert into handoff (conversation_id, reason, called_seq, from_seq, trace)
            values (c.id, 'taken', case_begins(c), c.answered_seq + 1, p_trace) returning id into r.handoff_id;
            update handoff set outcome = 'closed' where conversation_id = c.id and outcome = 'message';
        elsif h.state = 2 then
            insert into desk_notice (operator_id, conversation_id, what, detail) values (h.operator_id, c.id, 'transferred', o.name);
        end if;
        r.epoch := hold_case(r.handoff_id, o.id, true, 'taken');
        r.responder := 2;
    elsif h.has_joined then
        return; -- theirs already
    end if;
    update handoff f
    set has_joined = true,
        waited_s = case when f.waited_s is null and exists (select from handoff_event e where e.handoff_id = f.id and e.what = 'called')
                        then ceil(extract(epoch from now() - f.called_at)) else f.waited_s end
    where f.id = r.handoff_id;
    select a.seq, a.delivery_job into r.seq, r.delivery_job
    from announce(c.id, 'joined', p_texts, o.name,
                  jsonb_build_object('operator', jsonb_build_object('id', o.id, 'name', o.name)), p_trace) a;
    r.operator_job := enqueue_operator(c.id, 1, p_trace);
    r.free_job := case when o.load + 1 < o.capacity then enqueue_duty(o.id, p_trace) end;
end $$;

-- Words and files of a message of theirs, and what it answers, to be said once more; null: they have said no such thing.
create function said_before(p_conversation bigint, p_operator int, p_seq bigint) returns jsonb
language sql stable as $$
    select jsonb_build_object('text', m.body)
           || case when m.extra ? 'attachments' then jsonb_build_object('attachments', m.extra -> 'attachments') else '{}' end
           || case when m.extra ? 'reply_to' then jsonb_build_object('reply_to', m.extra -> 'reply_to') else '{}' end
    from message m
    where m.conversation_id = p_conversation and m.seq = p_seq and m.author = 2
      and (m.extra -> 'operator' ->> 'id')::int = p_operator
$$;

-- The operator has found words of their own at p_seq: what was proposed for the same is of use no more.  Where they answer
-- an earlier message (p_reply), what is proposed for a later one is.
create function pass_over(p_conversation bigint, p_seq bigint, p_reply jsonb) returns void
language plpgsql as $$
begin
    update suggestion s set state = 3
    where s.conversation_id = p_conversation and s.state = 0
      and not exists (select from message m
                      where m.conversation_id = p_conversation and m.author = 0 and m.seq <= s.last_seq
                        and m.seq > coalesce((p_reply ->> 'seq')::bigint, p_seq));
end $$;

-- 'attachments': files of 0021, which desk_obey() has found to be in order.  'id': what its author's client calls it.
create function desk_say(inout r desk_done, c conversation, o operator, p_args jsonb, p_trace text)
language plpgsql as $$
begin
    select p.seq, p.delivery_job into r.seq, r.delivery_job
    from publish(c.id, 2::smallint, coalesce(p_args ->> 'text', ''),
                 coalesce(p_args -> 'extra', '{}')
                 || case when p_args ? 'attachments' then jsonb_build_object('attachments', p_args -> 'attachments') else '{}' end
                 || jsonb_build_object('operator', jsonb_build_object('id', o.id, 'name', o.name))
                 || case when p_args ? 'id' then jsonb_build_object('id', p_args -> 'id') else '{}' end
                 || case when p_args ? 'reply_to' then jsonb_build_object('reply_to', p_args -> 'reply_to') else '{}' end,
                 p_trace) p;
    update file f set seq = r.seq from jsonb_array_elements(p_args -> 'attachments') a where f.id = (a ->> 'file')::bigint;
    perform remember_words(c.id, r.seq, (select d.id from delivery d
                                         where d.conversation_id = c.id and d.place = r.seq * 1000
                                           and d.settled_at is null));
    update handoff set spoke_seq = r.seq where id = r.handoff_id;
    if not p_args ? 'again' then
        perform pass_over(c.id, r.seq, p_args -> 'reply_to');
    end if;
    r.operator_job := enqueue_operator(c.id, 1, p_trace);
end $$;

create function desk_end(inout r desk_done, c conversation, h handoff, o operator, p_outcome text, p_texts jsonb, p_trace text)
language plpgsql as $$
begin
    select a.seq, a.delivery_job into r.seq, r.delivery_job
    from announce(c.id, p_outcome, p_texts, o.name,
                  case when h.taken_at is not null then jsonb_build_object('rate', h.id) else '{}' end, p_trace) a;
    select e.llm_job, e.free_job into r.llm_job, r.free_job from end_case(h.id, p_outcome, p_outcome, o.id, p_trace) e;
    if h.operator_id is not null then
        insert into desk_notice (operator_id, conversation_id, what, detail)
        values (h.operator_id, c.id, p_outcome, case when h.operator_id is distinct from o.id then o.name end);
    end if;
    r.operator_job := enqueue_operator(c.id, 1, p_trace);
    r.epoch := c.epoch + 1;
    r.responder := 0;
end $$;

-- To a colleague, or, without one, back to those who wait.
create function desk_transfer(inout r desk_done, c conversation, h handoff, o operator, p_to int, p_trace text)
language plpgsql as $$
declare
    t operator;
begin
    select * into t from operator where id = p_to;
    if p_to is null and h.state = 2 then
        r.free_job := requeue_case(h.id, 'transfer', p_trace);
        r.responder := 1;
    elsif t.id is null or not t.enabled or t.id is not distinct from h.operator_id then
        r.status := 'bad';
        return;
    elsif not t.on_duty then
        r.status := 'colleague_off_duty';
        return;
    elsif t.load >= t.capacity then
        r.status := 'colleague_full';
        return;
    else
        perform hold_case(h.id, t.id, false, 'transferred');
        r.responder := 2;
        if h.state = 2 then
            r.free_job := enqueue_duty(h.operator_id, p_trace);
        end if;
    end if;
    if h.state = 2 then
        insert into desk_notice (operator_id, conversation_id, what, detail)
        values (h.operator_id, c.id, 'transferred', t.name);
    end if;
    r.epoch := c.epoch + 1;
    r.operator_job := enqueue_operator(c.id, 1, p_trace);
end $$;

create function desk_edit(inout r desk_done, c conversation, p_operator int, p_args jsonb, p_trace text)
language plpgsql as $$
begin
    update message set body = p_args ->> 'text', edited_at = now()
    where conversation_id = c.id and seq = (p_args ->> 'seq')::bigint and author = 2
      and (extra -> 'operator' ->> 'id')::int = p_operator
    returning seq into r.seq;
    if not found then
        r.status := 'bad';
        return;
    end if;
    r.delivery_job := deliver_edit(c.id, r.seq, p_operator, p_trace);
end $$;

create function desk_use(inout r desk_done, c conversation, o operator, p_args jsonb, p_trace text)
language plpgsql as $$
declare
    v_text text;
begin
    update suggestion set state = 1, operator_id = o.id where id = (p_args ->> 'suggestion')::bigint
    returning coalesce(p_args ->> 'text', body) into v_text;
    r := desk_say(r, c, o, jsonb_build_object('text', v_text)
                        || case when p_args ? 'reply_to' then jsonb_build_object('reply_to', p_args -> 'reply_to') else '{}' end,
                  p_trace);
end $$;

create function desk_skip(inout r desk_done, c conversation, h handoff, p_operator int, p_trace text)
language plpgsql as $$
begin
    update invitation set state = 2 where handoff_id = h.id and operator_id = p_operator and state = 0;
    if not found then
        return;
    end if;
    perform note_event(h.id, 'skipped', p_operator, null);
    if not exists (select from invitation where handoff_id = h.id and state = 0) then
        update handoff set due_at = now() where id = h.id;
    end if;
    r.operator_job := enqueue_operator(c.id, 1, p_trace);
end $$;

create function desk_duty(inout r desk_done, o operator, p_on boolean, p_trace text)
language plpgsql as $$
begin
    update operator
    set on_duty = p_on, seen_at = now(), left_at = case when p_on then left_at else clock_timestamp() end
    where id = o.id;
    r.free_job := enqueue_duty(o.id, p_trace);
end $$;

-- A suggestion is there for its own conversation, until somebody has used it or has done away with it.
create function is_suggested(p_conversation bigint, p_args jsonb) returns boolean
language plpgsql stable as $$
begin
    return exists (select from suggestion s
                   where s.id = (p_args ->> 'suggestion')::bigint and s.conversation_id = p_conversation and s.state = 0);
end $$;

-- Orders within a conversation.  What the bot or nobody has is taken by whoever speaks: therefore what they would
-- say is looked at first.
create function desk_obey(inout r desk_done, p_verb text, c conversation, h handoff, o operator, p_args jsonb, p_trace text)
language plpgsql as $$
begin
    if p_verb = 'say' and p_args ? 'files' then
        p_args := p_args || jsonb_build_object('attachments', said_files(o.id, c.id, p_args -> 'files'));
        if jsonb_typeof(p_args -> 'attachments') = 'null' then
            r.status := 'bad';
            return;
        end if;
    elsif p_verb in ('use', 'discard') and not is_suggested(c.id, p_args) then
        r.status := 'bad';
        return;
    end if;
    if p_verb = 'say' and p_args ? 'again' then
        p_args := p_args || said_before(c.id, o.id, (p_args ->> 'again')::bigint);
        if p_args is null then
            r.status := 'bad';
            return;
        end if;
    end if;
    if p_verb in ('say', 'use') and p_args ? 'reply_to' then
        if not is_said(c.id, (p_args -> 'reply_to' ->> 'seq')::bigint) then
            r.status := 'no_message';
            return;
        end if;
    end if;
    if p_verb in ('take', 'say', 'use') then
        r := desk_take(r, c, h, o, coalesce((p_args ->> 'force')::boolean, false), p_args -> 'texts', p_trace);
    elsif p_verb in ('return', 'close', 'transfer') and not (p_verb = 'close' and h.id is null) then
        r.status := case when h.id is null then 'no_chat'
                         when h.state = 2 and p_args ? 'if_waiting' then 'taken'
                         when h.state = 2 and h.operator_id <> o.id and o.role <> 2 then 'not_yours' else 'ok' end;
    elsif p_verb = 'discard' and h.state = 2 and h.operator_id <> o.id and o.role <> 2 then
        r.status := 'not_yours';
    end if;
    if r.status <> 'ok' then
        return;
    end if;
    case p_verb
        when 'say' then r := desk_say(r, c, o, p_args, p_trace);
        when 'use' then r := desk_use(r, c, o, p_args, p_trace);
        when 'edit' then r := desk_edit(r, c, o.id, p_args, p_trace);
        when 'call' then
            if (select (b.spec -> 'handoff' ->> 'enabled')::boolean is not false and b.spec ? 'handoff' from bot b where b.id = c.bot_id) then
                select l.handoff, l.operator_job, l.epoch into r.handoff_id, r.operator_job, r.epoch
                from call_human(c.id, 'api', p_args ->> 'detail', p_trace) l;
                r.responder := greatest(r.responder, 1::smallint);
            else
                r.status := 'disabled';
            end if;
        when 'skip' then r := desk_skip(r, c, h, o.id, p_trace);
        when 'return' then r := desk_end(r, c, h, o, 'returned', p_args -> 'texts', p_trace);
        when 'close' then
            update handoff set outcome = 'closed' where conversation_id = c.id and outcome = 'message';
            if h.id is not null then
                r := desk_end(r, c, h, o, 'closed', p_args -> 'texts', p_trace);
            end if;
        when 'transfer' then r := desk_transfer(r, c, h, o, (p_args ->> 'operator')::int, p_trace);
        when 'discard' then
            update suggestion set state = 2, operator_id = o.id where id = (p_args ->> 'suggestion')::bigint;
            r.operator_job := enqueue_operator(c.id, 1, p_trace);
        when 'note' then
            insert into note (conversation_id, operator_id, after_seq, body)
            values (c.id, o.id, c.last_seq, p_args ->> 'text') returning id into r.seq;
        when 'read' then
            insert into reading as n (operator_id, conversation_id, seq) values (o.id, c.id, (p_args ->> 'seq')::bigint)
            on conflict (operator_id, conversation_id) do update set seq = greatest(n.seq, excluded.seq);
        when 'select' then
            update desk_chat set selected = c.id where operator_id = o.id;
        when 'take' then null;
        else r.status := 'bad';
    end case;
end $$;

-- The one command layer: p_key makes an order happen once; p_operator null is the platform's own API, which may
-- call, return and close.  p_args -> 'texts': what the person is told, as announce() wants it.
create function desk(p_operator int, p_verb text, p_conversation bigint, p_key text, p_args jsonb, p_trace text)
returns desk_done language plpgsql as $$
declare
    c conversation;
    h handoff;
    o operator;
    k jsonb;
    r desk_done;
begin
    select * into c from conversation where id = p_conversation for update;
    perform from operator
    where id in (p_operator, c.operator_id, (p_args ->> 'operator')::int) order by id for no key update;
    select * into o from operator where id = p_operator;
    select result into k from desk_order where operator_id = p_operator and key = p_key;
    if found then
        r := jsonb_populate_record(null::desk_done, k);
        r.status := 'again';
        return r;
    end if;
    select * into h from handoff where conversation_id = c.id and state < 3;
    r.conversation_id := c.id;
    r.handoff_id := h.id;
    r.epoch := c.epoch;
    r.responder := c.responder;
    r.channel_id := c.channel_id;
    r.chat_key := c.chat_key;
    r.status := case when p_operator is null and p_verb not in ('call', 'return', 'close') then 'bad'
                     when p_operator is not null and p_verb = 'call' then 'bad'
                     when p_operator is not null and o.enabled is not true then 'disabled'
                     when p_verb <> 'duty' and c.id is null then 'no_chat' else 'ok' end;
    if r.status = 'ok' and p_verb = 'duty' then
        r := desk_duty(r, o, (p_args ->> 'on')::boolean, p_trace);
    elsif r.status = 'ok' then
        o.role := coalesce(o.role, 2);
        r := desk_obey(r, p_verb, c, h, o, p_args, p_trace);
    end if;
    select n.id, n.name into r.holder_id, r.holder
    from operator n where n.id = (select x.operator_id from conversation x where x.id = c.id);
    if r.status = 'ok' and p_key is not null and o.id is not null then
        insert into desk_order (operator_id, key, result)
        values (o.id, p_key, to_jsonb(r) || jsonb_build_object('verb', p_verb));
    end if;
    update operator set seen_at = now() where id = o.id and seen_at < now() - interval '10 s';
    return r;
end $$;
