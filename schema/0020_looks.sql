-- A look at a case: claimed, what operators are to be shown of it, and the finish that records it; and the job of an
-- operator who has become free, or has left (common/store/desk.c).
--
-- A claim moves the case on (0014_relay.sql).  What operators are to be shown is never remembered as a task: it
-- is the difference between what is and what was shown, so a claim says it again until a finish has recorded it.

-- {"operator": {"id", "name", "lang", "is_admin"}, "desk": the conversation to write in, "channel", "chat"}: everybody's own
-- chat, where they are invited.  A view, so that of many who are asked all are found by one query.
create view own_desk as
    select o.id as operator_id,
           json_build_object(
               'operator', json_build_object('id', o.id, 'name', o.name, 'lang', o.lang, 'is_admin', o.role = 2), 'desk', c.id,
               'channel', c.channel_id, 'chat', c.chat_key) as desk
    from operator o join desk_chat d on d.operator_id = o.id join conversation c on c.id = d.conversation_id;

-- Likewise, where a client is shown: their topic, if there is one.
create function desk_of(p_operator int, p_client bigint) returns json
language plpgsql stable as $$
begin
    return (select json_build_object(
                'operator', json_build_object('id', o.id, 'name', o.name, 'lang', o.lang, 'is_admin', o.role = 2), 'desk', c.id,
                'channel', c.channel_id, 'chat', c.chat_key)
            from operator o join desk_chat d on d.operator_id = o.id
            left join desk_topic t on t.client_id = p_client and t.desk_id = desk_home(d.conversation_id)
            join conversation c on c.id = coalesce(t.conversation_id, d.conversation_id)
            where o.id = p_operator);
end $$;

create function message_array(m message) returns json
language plpgsql stable as $$
begin
    return json_build_array(m.seq, m.author, m.body,
                            case when m.extra ? 'reply_to' then with_reply(m.conversation_id, m.extra) else m.extra end,
                            iso(m.created_at));
end $$;

-- [seq, author, body, extra, created_at] each, the newest p_limit after p_after.
create function case_messages(p_conversation bigint, p_after bigint, p_limit int) returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_agg(message_array(m) order by m.seq), '[]')
            from (select * from message n where n.conversation_id = p_conversation and n.seq > p_after
                  order by n.seq desc limit p_limit) m);
end $$;

-- Likewise for a topic, whoever has it.
create function line_of(p_line bigint) returns json
language plpgsql stable as $$
begin
    return (select json_build_object('operator', null, 'desk', c.id, 'channel', c.channel_id, 'chat', c.chat_key)
            from conversation c where c.id = p_line);
end $$;

-- The client's topics that are to be opened again, or to be closed: open is the one of whoever has the chat.
create function topics_to_change(h handoff, p_open boolean) returns table (line bigint, name text)
language plpgsql stable as $$
declare
    v_home bigint := case h.state when 2 then (select desk_home(d.conversation_id) from desk_chat d where d.operator_id = h.operator_id) end;
begin
    return query
        select t.conversation_id, left(coalesce(nullif(c.title, ''), '…'), 100)
        from desk_topic t join conversation c on c.id = t.client_id
        where t.conversation_id is not null and t.client_id = h.conversation_id and h.state > 1 and t.is_closed = p_open
          and coalesce(t.desk_id = v_home, false) = p_open;
end $$;

-- Of the parts of a note, the last, which has the buttons.
create function last_part(p_delivery bigint) returns bigint
language plpgsql stable as $$
begin
    return (select p.id from relay r join delivery d on d.id = r.delivery_id
            join relay x on x.desk_id = r.desk_id and x.delivery_id >= r.delivery_id and x.kind = r.kind
            join delivery p on p.id = x.delivery_id and p.place between d.place and d.place + 999
            where r.delivery_id = p_delivery order by p.place desc limit 1);
end $$;

-- What is to be done, each with the place it is for; see services/operator-relay/view.h.
create function case_notes(h handoff, c conversation)
returns table (what text, operator_id int, id bigint, seq bigint, detail text)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
        select case when i.told_round < 0 then 'invitation' else 'reminder' end, i.operator_id, null::bigint, null::bigint, null::text
        from invitation i where i.handoff_id = h.id and h.state = 1 and i.state = 0 and i.told_round < i.round;
    return query
        select 'answered', i.operator_id, i.delivery_id, null::bigint,
               case i.state when 1 then 'accepted' when 2 then 'skipped' else 'withdrawn' end
        from invitation i where i.handoff_id = h.id and i.state <> 0 and i.delivery_id is not null and not i.is_over;
    return query
        select 'reopen', null::int, t.line, null::bigint, t.name from topics_to_change(h, true) t;
    return query
        select 'passed', null::int, s.id, null::bigint, last_part(s.delivery_id)::text from suggestion s
        where s.conversation_id = c.id and s.delivery_id is not null and s.state <> 0 order by s.id limit 50;
    if h.state = 2 and h.shown_to is distinct from h.operator_id then
        return query values ('card', h.operator_id, null::bigint, null::bigint, null::text),
                            ('history', h.operator_id, null, c.last_seq, null);
    elsif h.state = 2 then
        return query
            select 'message', h.operator_id, null::bigint, m.seq, null::text from message m
            where m.conversation_id = c.id and m.seq > c.relayed_seq
              and (m.author < 2 or m.author = 2 and m.extra ->> 'via' is distinct from 'telegram')
            order by m.seq limit 50;
        return query
            select 'suggestion', h.operator_id, s.id, null::bigint, s.body from suggestion s
            where s.conversation_id = c.id and s.state = 0 and not s.shown order by s.id desc limit 1;
    end if;
    return query
        select 'notice', n.operator_id, n.id, n.seq, n.what || coalesce(' ' || n.detail, '') from desk_notice n
        where n.conversation_id = c.id order by n.id limit 50;
    return query
        select 'close', null::int, t.line, null::bigint, t.name from topics_to_change(h, false) t;
end $$;

-- Null: nothing.
create function case_work(h handoff, c conversation) returns json
language plpgsql as $$
declare
    v_notes json;
begin
    delete from desk_notice n where n.conversation_id = c.id
        and not exists (select from desk_chat d where d.operator_id = n.operator_id);
    if h.state = 2 and h.shown_to is distinct from h.operator_id then
        perform desk_line(d.conversation_id, c.id) from desk_chat d where d.operator_id = h.operator_id;
    end if;
    select json_agg(json_build_object(
               'what', n.what, 'id', n.id, 'seq', n.seq, 'detail', n.detail, 'to', n.desk,
               'message', case n.what when 'notice' then
                              (select message_array(m) from message m
                               where m.conversation_id = c.id and m.seq = n.seq) end,
               'shown', case when n.detail in ('edited', 'changed') then
                            shown_as((n.desk ->> 'desk')::bigint, c.id, n.seq) end)) into v_notes
    from (select x.*, case when x.what in ('reopen', 'close') then line_of(x.id)
                           when x.what = 'passed' then
                               (select line_of(r.desk_id) from relay r where r.delivery_id = x.detail::bigint)
                           when x.what in ('invitation', 'reminder', 'answered') then
                               (select w.desk from own_desk w where w.operator_id = x.operator_id)
                           else desk_of(x.operator_id, c.id) end as desk
          from case_notes(h, c) x) n where n.desk is not null;
    if v_notes is null then
        return null;
    end if;
    return json_build_object(
        'conversation', c.id, 'lang', c.lang, 'title', c.title, 'is_group', c.is_group, 'reachable', c.reachable,
        'responder', c.responder,
        'channel', (select json_build_object('name', x.name, 'kind', x.kind) from channel x where x.id = c.channel_id),
        'bot', (select json_build_object('name', b.name, 'title', b.spec -> 'title') from bot b where b.id = c.bot_id),
        'person', (select json_build_object('id', p.id, 'name', p.name, 'since', iso(p.created_at)) from person p where p.id = c.person_id),
        'handoff', json_build_object(
            'id', h.id, 'reason', h.reason, 'detail', h.detail, 'outcome', h.outcome, 'called_at', iso(h.called_at), 'round', h.round,
            'operator', (select json_build_object('id', o.id, 'name', o.name) from operator o where o.id = h.operator_id)),
        'messages', case_messages(c.id, case when h.state = 2 and h.shown_to = h.operator_id then c.relayed_seq else 0 end,
                                  case h.state when 2 then 500 else 6 end),
        'notes', v_notes);
end $$;

-- --- claim and finish -----------------------------------------------------------------------------

-- The job waits for its next time, or, when there is none, is gone.  True: it is ready again at once.
create function rest_case(p_job bigint, p_conversation bigint, p_again boolean) returns boolean
language plpgsql as $$
declare
    c    conversation;
    h    handoff;
    v_at timestamptz;
begin
    select * into c from conversation where id = p_conversation;
    select * into h from handoff where conversation_id = p_conversation and state < 3;
    if p_again then
        v_at := now();
    elsif h.id is not null then
        v_at := coalesce(next_look(h, c, handoff_policy(c.bot_id)), 'infinity');
    else
        delete from job where id = p_job;
        return false;
    end if;
    update job set state = 0, pending = 0, failures = 0, deaths = 0, worker_id = null, error = null, run_at = v_at,
                   announce_at = case when p_again then now() + interval '2 s' else v_at end
    where id = p_job;
    return p_again;
end $$;

create type case_claim as (
    status smallint, wait_ms int, attempt int, failures int, conversation_id bigint, epoch int, channel_id int, chat_key text,
    responder smallint, last_seq bigint, operator text, place int, delivery_job bigint, llm_job bigint, free_job bigint,
    suggestion_job bigint, alone boolean, trace text, work json);

-- The claim need not be on disk at once: if it has changed anything, a finish follows, which is.
--
-- status: 0 claimed (there is something to show or to tell: finish it), 1 gone, 2 busy, 3 early (wait_ms), 4 nothing to show, and
-- the job is at rest.  p_texts: as for announce().  p_unsure: a claim whose answer was lost may have succeeded.
create function claim_handoff(p_job bigint, p_worker int, p_unsure boolean, p_texts jsonb) returns case_claim
language plpgsql as $$
declare
    a claimable;
    j job;
    c conversation;
    h handoff;
    p jsonb;
    s case_step;
    r case_claim;
    v_before record;
begin
    a := claimable(p_job, 1, p_worker, p_unsure);
    r.status := a.status;
    r.wait_ms := a.wait_ms;
    if a.status <> 0 then
        return r;
    end if;
    j := a.job;
    select * into c from conversation where id = j.conversation_id for update skip locked;
    if not found then
        r.status := 2;
        return r;
    end if;
    select c.epoch, c.last_seq into v_before;
    select * into h from handoff where conversation_id = c.id and state < 3;
    if found then
        p := handoff_policy(c.bot_id);
        if h.state = 2 then
            s := step_held(s, h, c, p, p_texts, j.trace);
            select * into h from handoff where id = h.id;
        end if;
        if h.state = 1 then
            s := step_waiting(s, h, c, p, p_texts, j.trace);
        elsif h.state = 2 then
            r.suggestion_job := step_suggest(h, c, p, j.trace);
        end if;
        select * into c from conversation where id = j.conversation_id;
    end if;
    select * into h from handoff where conversation_id = c.id order by id desc limit 1;
    r.work := coalesce(case_work(h, c), case when row (c.epoch, c.last_seq) is distinct from v_before then '{"notes": []}'::json end);
    r.status := case when r.work is null then 4 else 0 end;
    if r.work is null then
        perform rest_case(j.id, c.id, false);
    else
        update job set state = 1, attempt = next_attempt(j.attempt), worker_id = p_worker, pending = 0
        where id = p_job returning job.attempt into r.attempt;
    end if;
    r.failures := j.failures + j.deaths;
    r.conversation_id := c.id;
    r.epoch := c.epoch;
    r.channel_id := c.channel_id;
    r.chat_key := c.chat_key;
    r.responder := c.responder;
    r.last_seq := c.last_seq;
    r.operator := (select o.name from operator o where o.id = c.operator_id);
    r.place := case when h.state = 1 then h.told_place end;
    r.delivery_job := s.delivery_job;
    r.llm_job := s.llm_job;
    r.free_job := s.free_job;
    r.alone := s.alone;
    r.trace := j.trace;
    return r;
end $$;

-- Those who are asked, each in their own desk: a round may be of 70, so all at once.
create function show_invitations(p_conversation bigint, p_handoff bigint, p_notes jsonb, p_place bigint, p_trace text) returns void
language plpgsql as $$
begin
    with asked as (
        select (x.n ->> 'operator')::int as operator_id, (x.n ->> 'desk')::bigint as desk, x.n -> 'payload' as payload, x.i
        from jsonb_array_elements(p_notes) with ordinality x (n, i) where is_invitation(x.n)),
    made as (
        insert into delivery (conversation_id, place, kind, payload, trace)
        select a.desk, p_place + a.i * 1000, 3, a.payload, p_trace from asked a where a.payload is not null order by a.i
        returning id, conversation_id),
    shown as (
        insert into relay (delivery_id, desk_id, conversation_id, kind)
        select m.id, m.conversation_id, p_conversation, 2 from made m)
    update invitation v set told_round = v.round, delivery_id = (select m.id from made m where m.conversation_id = a.desk)
    from asked a where v.handoff_id = p_handoff and v.operator_id = a.operator_id;
end $$;

create function is_invitation(p_note jsonb) returns boolean
language plpgsql immutable as $$
begin
    return coalesce(p_note ->> 'what' in ('invitation', 'reminder'), false);
end $$;

-- One thing an operator is shown, and the memory of it.
create function show_note(p_conversation bigint, p_handoff bigint, p_note jsonb, p_place bigint, p_trace text) returns void
language plpgsql as $$
declare
    v_what     text := p_note ->> 'what';
    v_operator int := (p_note ->> 'operator')::int;
    v_seq      bigint := (p_note ->> 'seq')::bigint;
    v_id       bigint := (p_note ->> 'id')::bigint;
    v_delivery bigint;
begin
    if p_note -> 'payload' ? 'edits' then
        perform send_edits((p_note ->> 'desk')::bigint, p_conversation, v_seq, p_place, p_note -> 'payload' -> 'edits',
                           (p_note -> 'payload') - 'edits', p_trace);
    elsif p_note ? 'payload' then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values ((p_note ->> 'desk')::bigint, p_place, coalesce((p_note ->> 'kind')::smallint, 3), p_note -> 'payload', p_trace)
        returning id into v_delivery;
        insert into relay (delivery_id, desk_id, conversation_id, seq, kind)
        values (v_delivery, (p_note ->> 'desk')::bigint, p_conversation, v_seq,
                case when v_what = 'message' then 1 when v_what = 'suggestion' then 3
                     when v_what = 'card' then 4 when v_what = 'history' then 5 else 6 end);
    end if;
    case
        when v_what = 'answered' then
            update invitation set is_over = true where handoff_id = p_handoff and operator_id = v_operator;
        when v_what = 'history' then
            update handoff set shown_to = v_operator where id = p_handoff;
            update conversation set relayed_seq = greatest(relayed_seq, v_seq) where id = p_conversation;
        when v_what = 'message' then
            update conversation set relayed_seq = greatest(relayed_seq, v_seq) where id = p_conversation;
        when v_what = 'suggestion' then
            update suggestion set shown = true, delivery_id = v_delivery where id = v_id;
        when v_what = 'passed' then
            update suggestion set delivery_id = null where id = v_id;
        when v_what = 'notice' then
            delete from desk_notice where id = v_id;
        when v_what in ('reopen', 'close') then
            perform drop_older_topics((p_note ->> 'desk')::bigint);
            update desk_topic set is_closed = v_what = 'close' where conversation_id = v_id;
        else null;
    end case;
end $$;

-- Show what the claim found; p_notes: [{"what", "operator", "id", "seq", "desk", "kind", "payload"}], where a note without
-- a payload is only remembered.  They come in the order in which places are locked, and {"self": true} stands
-- where the client's own place is.  status: 0 shown, 1 fenced, 2 the case has changed: claim it again.
create function finish_handoff(p_job bigint, p_attempt int, p_epoch int, p_notes jsonb, p_trace text,
                               out status smallint, out next_ready boolean, out lines bigint[], out jobs bigint[])
language plpgsql as $$
declare
    j         job;
    c         conversation;
    v_client  bigint := (select conversation_id from job where id = p_job);
    v_handoff bigint;
    v_job     bigint;
    v_desk    bigint;
    v_place   bigint := place_now();
    n         jsonb;
begin
    for n in select * from jsonb_array_elements(p_notes) loop
        if n ? 'self' then
            select * into c from conversation where id = v_client for update;
            select * into j from job where id = p_job for update;
        elsif n ? 'payload' and (n ->> 'desk')::bigint is distinct from v_desk then
            v_desk := (n ->> 'desk')::bigint;
            v_job := enqueue_delivery(v_desk, p_trace);
            if v_job is not null then
                lines := lines || v_desk;
                jobs := jobs || v_job;
            end if;
        end if;
    end loop;
    next_ready := false;
    status := case when j.state is distinct from 1 or j.attempt <> p_attempt then 1 when c.epoch <> p_epoch then 2 else 0 end;
    if status = 1 then
        return;
    end if;
    if status = 0 then
        select id into v_handoff from handoff where conversation_id = c.id order by id desc limit 1;
        perform show_invitations(c.id, v_handoff, p_notes, v_place, p_trace);
        v_place := v_place + 1000 * jsonb_array_length(p_notes);
        for n in select * from jsonb_array_elements(p_notes) where not value ? 'self' and not is_invitation(value) loop
            perform show_note(c.id, v_handoff, n, v_place, p_trace);
            v_place := v_place + 1000;
        end loop;
    end if;
    next_ready := rest_case(j.id, c.id, j.pending > 0 or status = 2 or jsonb_array_length(p_notes) > 50);
end $$;

-- --- an operator's own job ---------------------------------------------------------------------------

-- Somebody who is free looks at one case, the longest waiting of those that found nobody; somebody who left is
-- taken from theirs.  cases: to be looked at (look_again()), then finish_duty().
create function claim_duty(p_job bigint, p_worker int, p_unsure boolean,
                           out status smallint, out attempt int, out cases bigint[], out trace text)
language plpgsql as $$
declare
    a claimable;
    j job;
    o operator;
    v_names text[];
begin
    -- Whoever takes a chat has its invitations, and then this job, which is not waited for here.
    perform from invitation v join operator p on p.id = v.operator_id
    where p.id = (select -lane from job where id = p_job) and v.state = 0 and not (p.on_duty and p.enabled) for update of v;
    a := claimable(p_job, 3, p_worker, p_unsure);
    j := a.job;
    status := a.status;
    if status <> 0 then
        return;
    end if;
    update job set state = 1, attempt = next_attempt(j.attempt), worker_id = p_worker, pending = 0
    where id = p_job returning job.attempt into attempt;
    trace := j.trace;
    select * into o from operator where id = -j.lane;
    if random() < 0.01 then
        delete from desk_order where created_at < now() - interval '2 days';
    end if;
    if o.enabled and o.on_duty and o.load < o.capacity then
        v_names := names_of(o);
        with next as (
            select h.id from handoff h where h.state = 1 and h.is_starved and (h.pool is null or h.pool && v_names)
            order by h.called_at, h.id limit 1 for update skip locked)
        update handoff h set is_starved = false, round = 0, due_at = now() from next where h.id = next.id
        returning array[h.conversation_id] into cases;
    elsif not o.on_duty or not o.enabled then
        update invitation set state = 3 where operator_id = o.id and state = 0;
        select array_agg(c.id) into cases from conversation c where c.operator_id = o.id and c.responder = 2;
    end if;
end $$;

create function look_again(p_conversation bigint, p_trace text) returns bigint
language plpgsql as $$
begin
    return enqueue_operator(p_conversation, 1, p_trace);
end $$;

create function finish_duty(p_job bigint, p_attempt int, out next_ready boolean)
language plpgsql as $$
declare
    j job;
begin
    select * into j from job where id = p_job and state = 1 and attempt = p_attempt for update;
    next_ready := found and j.pending > 0;
    if next_ready then
        update job set state = 0, pending = 0, failures = 0, deaths = 0, worker_id = null, run_at = now(),
                       announce_at = now() + interval '2 s'
        where id = p_job;
    else
        delete from job where id = j.id;
    end if;
end $$;
