-- Deliveries of one conversation go out one after another, by whoever holds its delivery job
-- (common/store/delivery.c).  `sending` is committed before the bytes leave.

create type outgoing as (
    delivery_id bigint, kind smallint, seq bigint, author smallint, body text, extra jsonb, payload jsonb, trace text);

-- A conversation whose key ends in ":?..." is a forum's topic that is still to be made: whatever is first in
-- its line, the call that makes it goes before.  What that call returns completes the key.
create function topic_is_missing(p_chat text) returns boolean
language sql immutable as $$ select p_chat like '%:?%' $$;

-- What a forum's topic shows of its chat can wait until everything else of its line was sent, may be done twice, and is
-- void when it shows something newer.  Telegram limits such calls more than messages.
create function is_about_topic(p_payload jsonb) returns boolean
language plpgsql immutable as $$
begin
    return coalesce(p_payload ->> 'method' in ('closeForumTopic', 'reopenForumTopic', 'editForumTopic'), false);
end $$;

-- Where notes and calls stand in a line: behind all messages, in the order of time.
create function place_at(p_at timestamptz) returns bigint
language plpgsql immutable as $$
begin
    return floor(extract(epoch from p_at) * 1000)::bigint * 1000;
end $$;

-- Notes and calls name deliveries; couriers need Telegram's ids of what those became.
create function with_references(p_payload jsonb) returns jsonb
language plpgsql stable as $$
begin
    if jsonb_typeof(p_payload -> 'reply_to') = 'number' then
        p_payload := p_payload || jsonb_build_object('reply_to',
            (select d.external_id from delivery d where d.id = (p_payload ->> 'reply_to')::bigint));
    end if;
    if p_payload ? 'of' then
        p_payload := p_payload || jsonb_build_object('message_id',
            (select d.external_id from delivery d where d.id = (p_payload ->> 'of')::bigint));
    end if;
    return p_payload;
end $$;

-- Ask operator-relay to look at a client's conversation.  Returns its job, to be announced, 0 if nobody needs to
-- be told, -1 if it could not be asked without waiting: ask again when nothing is held (look_again()).
create function ask_operators(p_conversation bigint) returns bigint
language plpgsql as $$
declare
    v_id bigint;
begin
    update job
    set pending = pending + 1, run_at = least(run_at, now()),
        announce_at = case when run_at > now() then now() + interval '2 s' else announce_at end
    where id = (select id from job where queue = 3 and lane = p_conversation for update skip locked)
    returning case state when 0 then id else 0 end into v_id;
    return coalesce(v_id, -1);
end $$;

-- It did not go out, or nobody knows whether it did: operators who are to hear of that are asked to look.  Whoever holds
-- a line must not wait for the case: where that is locked at this moment, this fails as temporary.
create function tell_failure(d delivery, p_error text) returns void
language plpgsql as $$
declare
    v_conversation bigint := note_failure(d, p_error);
begin
    if v_conversation is not null then
        perform from job where queue = 3 and lane = v_conversation for update nowait;
        perform look_again(v_conversation, d.trace);
    end if;
end $$;

-- The head of the line, which is being sent from now on; null when the line is empty and the job is gone, or when all
-- that is left waits for its time, and with it the job.
-- The caller holds the job's row lock.
create function next_delivery(p_job bigint, p_conversation bigint) returns outgoing
language plpgsql as $$
declare
    c   conversation;
    d   delivery;
    out outgoing;
begin
    loop
        select * into d from delivery where conversation_id = p_conversation and settled_at is null
        order by place, id limit 1;
        if not found then
            delete from job where id = p_job;
            return null;
        end if;
        if c.id is null then
            select * into c from conversation where id = p_conversation;
        end if;
        if not c.reachable then
            update delivery set state = 3, error = 'unreachable', settled_at = now() where id = d.id;
            perform tell_failure(d, 'unreachable');
        elsif d.epoch < c.epoch and c.responder <> 0 then
            update delivery set state = 5, error = 'fenced', settled_at = now() where id = d.id;
        else
            exit;
        end if;
    end loop;
    if d.kind = 4 and d.payload ? 'tries' and d.place > place_at(clock_timestamp()) then -- it lets others pass
        update job set state = 0, worker_id = null, delivery_id = null, can_wait = true,
                       run_at = to_timestamp(d.place / 1e6), announce_at = to_timestamp(d.place / 1e6)
        where id = p_job;
        return null;
    end if;
    if topic_is_missing(c.chat_key) and not (d.kind = 4 and d.payload ->> 'method' = 'createForumTopic') then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values (p_conversation, -1, 4, jsonb_build_object('method', 'createForumTopic', 'body',
                    jsonb_build_object('name', left(coalesce(nullif(c.title, ''), '…'), 100))), d.trace)
        returning * into d;
    end if;
    update job set delivery_id = d.id where id = p_job;
    out.delivery_id := d.id;
    out.kind := d.kind;
    out.seq := d.seq;
    out.payload := case when d.kind < 3 then d.payload else with_references(d.payload) end;
    out.trace := d.trace;
    if d.seq is not null then
        select m.author, case when d.kind = 0 then m.body end,
               case when m.extra ? 'reply_to' then with_number(m.conversation_id, m.extra) else m.extra end
        into out.author, out.body, out.extra
        from message m where m.conversation_id = p_conversation and m.seq = d.seq;
    end if;
    return out;
end $$;

-- status: 0 claimed, 1 gone, 2 busy, 3 early (wait_ms), 4 drained (nothing to send)
-- p_unsure: a claim whose answer was lost; it may have succeeded, and the job be this claimant's already.
-- What another flow of the same worker holds is not touched: that one is sending.
create type claimed_delivery as (
    status smallint, wait_ms int, attempt int, failures int, conversation_id bigint, channel_id int, chat_key text,
    is_group boolean, lang text, uncertain int, head outgoing);

create function claim_delivery(p_job bigint, p_worker int, p_claimant bigint, p_unsure boolean) returns claimed_delivery
language plpgsql as $$
declare
    r claimed_delivery;
    o outgoing;
begin
    r.status := 0;
    r.uncertain := 0;
    -- The usual case: words that may go out.  First the lock, then a look: others may have sent some until then.
    select j.conversation_id into r.conversation_id from job j
    where j.id = p_job and j.state = 0 and j.delivery_id is null and j.run_at <= clock_timestamp() for update skip locked;
    if found then
        update job j
        set state = 1, attempt = next_attempt(j.attempt), pending = 0, worker_id = p_worker, claimant = p_claimant,
            delivery_id = h.id
        from (select d.id, d.kind, d.seq, d.epoch, d.payload, d.trace from delivery d
              where d.conversation_id = r.conversation_id and d.settled_at is null order by d.place, d.id limit 1) h,
             conversation c
        where j.id = p_job and c.id = r.conversation_id and h.kind < 3 and c.reachable and not topic_is_missing(c.chat_key)
          and (c.responder = 0 or h.epoch is null or h.epoch >= c.epoch)
        returning j.attempt, j.failures + j.deaths, c.channel_id, c.chat_key, c.is_group, c.lang,
                  h.id, h.kind, h.seq, h.payload, h.trace
        into r.attempt, r.failures, r.channel_id, r.chat_key, r.is_group, r.lang,
             o.delivery_id, o.kind, o.seq, o.payload, o.trace;
    end if;
    if o.delivery_id is null then
        select s.status, s.wait_ms, s.attempt, s.failures, s.conversation_id, s.uncertain
        into r.status, r.wait_ms, r.attempt, r.failures, r.conversation_id, r.uncertain
        from seize_delivery(p_job, p_worker, p_claimant, p_unsure) s;
        if r.status <> 0 then
            return r;
        end if;
        select c.channel_id, c.chat_key, c.is_group, c.lang into r.channel_id, r.chat_key, r.is_group, r.lang
        from conversation c where c.id = r.conversation_id;
        o := next_delivery(p_job, r.conversation_id);
    elsif o.seq is not null then
        select m.author, case when o.kind = 0 then m.body end,
               case when m.extra ? 'reply_to' then with_number(m.conversation_id, m.extra) else m.extra end
        into o.author, o.body, o.extra
        from message m where m.conversation_id = r.conversation_id and m.seq = o.seq;
    end if;
    r.head := o;
    if o.delivery_id is null then
        r.status := 4;
    end if;
    return r;
end $$;

-- Whoever was sending this died with it: nobody knows whether it arrived.  Returns how many there were, 1 or 0.
create function doubt_sending(p_delivery bigint, p_claimant bigint) returns int
language plpgsql as $$
declare
    d delivery;
begin
    update delivery u set state = 4, is_uncertain = true, doubted = p_claimant, error = 'sender died', settled_at = now()
    where u.id = p_delivery and u.state = 0 and not (u.kind = 4 and is_about_topic(u.payload))
    returning * into d;
    if not found then
        return 0;
    end if;
    perform tell_failure(d, d.error);
    return 1;
end $$;

-- A claim of a job in whatever state it is.
create function seize_delivery(
    p_job bigint, p_worker int, p_claimant bigint, p_unsure boolean,
    out status smallint, out wait_ms int, out attempt int, out failures int, out conversation_id bigint, out uncertain int)
language plpgsql as $$
#variable_conflict use_column
declare
    j job;
begin
    select * into j from job where id = p_job for update skip locked;
    if not found then
        status := case when exists (select from job where id = p_job) then 2 else 1 end;
        return;
    end if;
    if j.state <> 0 and not (p_unsure and j.state = 1 and j.worker_id = p_worker and j.claimant = p_claimant) then
        status := 1;
        return;
    end if;
    wait_ms := wait_ms(j.run_at);
    if wait_ms > 0 then
        status := 3;
        return;
    end if;
    update job set state = 1, attempt = next_attempt(j.attempt), pending = 0, worker_id = p_worker,
                   claimant = p_claimant, delivery_id = null
    where id = p_job returning job.attempt into attempt;
    status := 0;
    uncertain := 0;
    if j.state = 0 and not (p_unsure and j.claimant = p_claimant) then -- the last holder's, who died; of our own nothing left us
        uncertain := doubt_sending(j.delivery_id, j.claimant);
    end if;
    failures := j.failures + j.deaths;
    conversation_id := j.conversation_id;
end $$;

-- Record how a sending ended (2 sent, 3 failed, 4 uncertain) and go on with the next in line.
-- A holder that lost its job may still tell what it knows, until somebody takes the job; then it may turn `uncertain`
-- into that, and of that the operator was told already.
--
-- Operators are to hear when words to a client of theirs may have been lost.
-- chat_key: the line goes on under this key; else null.
create type settled_delivery as (
    fenced boolean, chat_key text, operator_job bigint, operator_conversation bigint, head outgoing);

-- What did not go out has an error, always.
create function why(p_state smallint, p_error text) returns text
language sql immutable as $$ select coalesce(p_error, case when p_state > 2 then 'not told' end) $$;

create function settle_delivery(
    p_job bigint, p_attempt int, p_delivery bigint, p_state smallint, p_external text, p_error text)
returns settled_delivery
language plpgsql as $$
declare
    v_line bigint;
    r      settled_delivery;
begin
    if p_state = 2 then -- the usual case: it was sent, and it was the last
        update delivery set state = 2, external_id = p_external, error = p_error, settled_at = now()
        where id = (select j.delivery_id from job j
                    where j.id = p_job and j.state = 1 and j.attempt = p_attempt and j.failures = 0 and j.deaths = 0
                      and j.delivery_id = p_delivery for update)
          and state = 0 and kind < 3
        returning conversation_id into v_line;
    end if;
    if v_line is null then
        return settle_unusual_delivery(p_job, p_attempt, p_delivery, p_state, p_external, p_error);
    end if;
    r.fenced := false;
    delete from job where id = p_job and not exists (select from delivery where conversation_id = v_line and settled_at is null);
    if not found then
        r.head := next_delivery(p_job, v_line);
    end if;
    return r;
end $$;

create function settle_unusual_delivery(
    p_job bigint, p_attempt int, p_delivery bigint, p_state smallint, p_external text, p_error text)
returns settled_delivery
language plpgsql as $$
declare
    j        job;
    d        delivery;
    v_topic   boolean;
    v_settled boolean;
    r        settled_delivery;
begin
    select * into d from delivery where id = p_delivery;
    v_topic := d.kind = 4 and d.payload ->> 'method' = 'createForumTopic';
    if v_topic then
        perform from conversation c where c.id = d.conversation_id for update;
    end if;
    select * into j from job where id = p_job for update;
    r.fenced := not found or j.state <> 1 or j.attempt <> p_attempt;
    update delivery
    set state = p_state, is_uncertain = p_state = 4, doubted = null, external_id = p_external, error = why(p_state, p_error), settled_at = now()
    where id = p_delivery and (settled_at is null and j.delivery_id = p_delivery and j.attempt = p_attempt or state = 4);
    v_settled := found;
    if v_settled and v_topic then
        perform settle_topic(d.conversation_id, p_state, p_external, d.trace);
    end if;
    if v_topic then -- also where it was settled before, and the answer was lost
        r.chat_key := (select c.chat_key from conversation c where c.id = d.conversation_id);
    end if;
    if not r.fenced then
        if j.failures > 0 or j.deaths > 0 then
            update job set failures = 0, deaths = 0 where id = p_job;
        end if;
        r.head := next_delivery(p_job, j.conversation_id);
    end if;
    if v_settled and p_state > 2 and d.state <> 4 then
        r.operator_conversation := note_failure(d, p_error);
        if r.operator_conversation is not null then
            r.operator_job := ask_operators(r.operator_conversation);
        end if;
    end if;
    return r;
end $$;

-- Words of an operator's may not have reached their client: the operator is to be told.  So they are where an edit
-- did not work; its payload says of what: {"else": {"operator", "client", "what", "seq"}}.  Returns the client's
-- conversation; null: it was nothing of the kind.
create function note_failure(d delivery, p_error text) returns bigint
language plpgsql as $$
declare
    v_else jsonb := d.payload -> 'else';
begin
    if v_else is not null then
        insert into desk_notice (operator_id, conversation_id, what, seq, detail)
        select (v_else ->> 'operator')::int, (v_else ->> 'client')::bigint, v_else ->> 'what', (v_else ->> 'seq')::bigint,
               case v_else ->> 'what' when 'failed' then p_error end;
        return (v_else ->> 'client')::bigint;
    end if;
    insert into desk_notice (operator_id, conversation_id, what, seq, detail)
    select c.operator_id, c.id, 'failed', d.seq, p_error from conversation c
    where c.id = d.conversation_id and c.responder = 2 and d.kind < 2
      and (select m.author from message m where m.conversation_id = c.id and m.seq = d.seq) = 2;
    return case when found then d.conversation_id end;
end $$;

-- Somebody blocked us, as sending showed.  Operators hear of clients; an operator's own desk is left.
create function set_reachable(p_conversation bigint, p_reachable boolean, p_trace text) returns void
language plpgsql as $$
declare
    c      conversation;
    v_desk bigint;
begin
    update conversation set reachable = p_reachable where id = p_conversation returning * into c;
    if p_reachable then
        return;
    end if;
    select d.conversation_id into v_desk from desk_chat d
    where d.conversation_id = c.id or d.conversation_id = (select t.desk_id from desk_topic t where t.conversation_id = c.id);
    if found then
        update conversation set reachable = false where id = v_desk and reachable;
        perform tell_operator(6::smallint, v_desk, null, true, p_trace);
    elsif c.responder <> 0 then
        perform tell_operator(6::smallint, c.id, null, false, p_trace);
    end if;
end $$;

-- Nothing was sent: put it back and let the line wait.
create function release_delivery(
    p_job bigint, p_attempt int, p_delivery bigint, p_delay_ms int, p_failed boolean, p_error text, out fenced boolean)
language plpgsql as $$
declare
    v_at    timestamptz := now() + p_delay_ms * interval '1 ms';
    v_topic boolean := coalesce((select d.kind = 4 and is_about_topic(d.payload) from delivery d where d.id = p_delivery), false);
    v_line  bigint;
begin
    update job set state = 0, worker_id = null, delivery_id = null, run_at = v_at, announce_at = v_at, can_wait = v_topic,
                   failures = failures + (p_failed and not v_topic)::int, error = p_error
    where id = p_job and state = 1 and attempt = p_attempt returning conversation_id into v_line;
    fenced := not found;
    if v_topic and not fenced then
        perform let_pass(p_job, v_line, p_delivery, v_at, p_failed);
    end if;
end $$;

-- Of what stands behind it in its line, something went out, or may have.  Clocks may have been set back, so messages are
-- not looked for by time: one went out that is neither open nor unsent.  Its parts and notes are as old as they say, but
-- for transactions that had to wait.
create function is_overtaken(d delivery) returns boolean
language plpgsql stable set enable_seqscan = off as $$
begin
    return exists (select from delivery n
                   where n.created_at > d.created_at - interval '1 minute' and n.conversation_id = d.conversation_id
                     and (n.place, n.id) > (d.place, d.id) and n.state in (2, 4))
        or exists (select from message m
                   where m.conversation_id = d.conversation_id and m.seq > d.seq and m.author <> 0
                     and not exists (select from delivery n where n.conversation_id = m.conversation_id
                                     and n.place = m.seq * 1000 and n.settled_at is null)
                     and not exists (select from delivery n where n.conversation_id = m.conversation_id and n.seq = m.seq
                                     and n.error is not null and n.state in (3, 5)));
end $$;

-- Who had this line has lost it, and nothing of theirs is under way: what was held for uncertain because of them never
-- left, and they may not even know of it, as of a claim whose answer was lost.  It goes out after all, unless something
-- newer was faster.  Who adds to the line waits, and who takes it.  Of a topic another one is made by then.
create function return_delivery(p_conversation bigint, p_claimant bigint, p_error text) returns void
language plpgsql as $$
declare
    d delivery;
    j job;
begin
    perform from conversation where id = p_conversation for update;
    select * into j from job where queue = 2 and lane = p_conversation for update;
    update job set delivery_id = null where id = j.id and state = 0 and claimant = p_claimant; -- nobody has taken it yet
    select * into d from delivery
    where conversation_id = p_conversation and error is not null and state = 4 and doubted = p_claimant
      and not (kind = 4 and payload ->> 'method' = 'createForumTopic');
    if not found then
        return;
    end if;
    if j.delivery_id is not null or is_overtaken(d) then
        update delivery set state = 3, is_uncertain = false, doubted = null, error = p_error where id = d.id;
        return;
    end if;
    update delivery set state = 0, is_uncertain = false, doubted = null, error = null, settled_at = null where id = d.id;
    perform enqueue_delivery(p_conversation, d.trace);
end $$;

-- What a topic shows waits behind everything that comes until then, and counts its own failures ("tries").
create function let_pass(p_job bigint, p_line bigint, p_delivery bigint, p_until timestamptz, p_failed boolean) returns void
language plpgsql as $$
begin
    update delivery
    set place = place_at(p_until),
        payload = payload || jsonb_build_object('tries', coalesce((payload ->> 'tries')::int, 0) + p_failed::int)
    where id = p_delivery and state = 0;
    perform drop_older_topics(p_line);
    if exists (select from delivery where conversation_id = p_line and settled_at is null and place < place_at(p_until)) then
        update job set run_at = now(), announce_at = now() + interval '2 s' where id = p_job;
    end if;
end $$;

-- Of what a topic is to show, the newest counts.  The caller holds the row of the line's job.
create function drop_older_topics(p_line bigint) returns void
language plpgsql as $$
begin
    update delivery d set state = 5, error = 'superseded', settled_at = now()
    where d.conversation_id = p_line and d.settled_at is null and shown_state(d) = 0 and d.kind = 4
      and is_about_topic(d.payload)
      and exists (select from delivery n where n.conversation_id = p_line and n.settled_at is null and n.kind = 4
                                           and n.id > d.id and is_about_topic(n.payload));
end $$;

-- A message too long for one: its row becomes the first part (still sending), the others follow it.
-- Asked twice, because the first answer was lost, it splits once.
create function split_delivery(p_job bigint, p_attempt int, p_delivery bigint, p_parts jsonb, out fenced boolean)
language plpgsql as $$
declare
    d delivery;
begin
    perform from job where id = p_job and state = 1 and attempt = p_attempt for update;
    fenced := not found;
    if fenced then
        return;
    end if;
    update delivery set kind = 1, payload = p_parts -> 0 where id = p_delivery and kind in (0, 3) and state = 0
    returning * into d;
    if found then
        with parts as (
            insert into delivery (conversation_id, place, seq, kind, epoch, payload, trace)
            select d.conversation_id, d.place + p.n - 1, d.seq, 1, d.epoch, p.part, d.trace
            from jsonb_array_elements(p_parts) with ordinality p (part, n) where p.n > 1
            returning id)
        insert into relay (delivery_id, desk_id, conversation_id, seq, kind) -- an answer to any part is one to all
        select p.id, r.desk_id, r.conversation_id, r.seq, r.kind from parts p, relay r where r.delivery_id = d.id;
        perform divide_edits(d.conversation_id, d.id);
    end if;
end $$;

-- Channels whose people fetch: what was not fetched yet, each message once.
create function fetch_deliveries(p_channel int, p_chat text, p_limit int)
returns table (seq bigint, author smallint, body text, extra jsonb, created_at timestamptz, responder smallint,
               conversation_id bigint)
language plpgsql as $$
#variable_conflict use_column
begin
    return query
        with head as (
            select d.id from delivery d
            join conversation c on c.id = d.conversation_id
            where c.channel_id = p_channel and c.chat_key = p_chat and d.settled_at is null
            order by d.place, d.id limit p_limit for update of d skip locked),
        taken as (
            update delivery d set state = 2, settled_at = now() from head where d.id = head.id
            returning d.conversation_id, d.seq)
        select m.seq, m.author, m.body, m.extra, m.created_at, c.responder, c.id
        from taken t join message m on m.conversation_id = t.conversation_id and m.seq = t.seq
        join conversation c on c.id = t.conversation_id
        order by m.seq;
end $$;
