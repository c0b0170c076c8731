-- Deliveries of one conversation go out one after another, by whoever holds its delivery job
-- (common/store/delivery.c).  `sending` is committed before the bytes leave.

create type outgoing as (
    delivery_id bigint, kind smallint, seq bigint, author smallint, body text, extra jsonb, payload jsonb, trace text);

-- The head of the line, marked as sending; null when the line is empty and the job is gone.
-- The caller holds the job's row lock.
create function next_delivery(p_job bigint, p_conversation bigint) returns outgoing
language plpgsql as $$
declare
    c   conversation;
    d   delivery;
    out outgoing;
begin
    loop
        select * into d from delivery where conversation_id = p_conversation and state < 2
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
        elsif d.epoch < c.epoch and c.responder <> 0 then
            update delivery set state = 5, error = 'fenced', settled_at = now() where id = d.id;
        else
            exit;
        end if;
    end loop;
    update delivery set state = 1 where id = d.id;
    out.delivery_id := d.id;
    out.kind := d.kind;
    out.seq := d.seq;
    out.payload := d.payload;
    out.trace := d.trace;
    if d.seq is not null then
        select m.author, case when d.kind = 0 then m.body end, m.extra into out.author, out.body, out.extra
        from message m where m.conversation_id = p_conversation and m.seq = d.seq;
    end if;
    return out;
end $$;

-- status: 0 claimed, 1 gone, 2 busy, 3 early (wait_ms), 4 drained (nothing to send)
-- p_unsure: a claim whose answer was lost; it may have succeeded, and the job be this claimant's already.
-- What another flow of the same worker holds is not touched: that one is sending.
create function claim_delivery(
    p_job bigint, p_worker int, p_claimant bigint, p_unsure boolean,
    out status smallint, out wait_ms int, out attempt int, out failures int, out conversation_id bigint,
    out channel_id int, out chat_key text, out is_group boolean, out lang text, out uncertain int, out head outgoing)
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
    wait_ms := ceil(extract(epoch from j.run_at - clock_timestamp()) * 1000);
    if wait_ms > 0 then
        status := 3;
        return;
    end if;
    update job set state = 1, attempt = j.attempt + 1, pending = 0, worker_id = p_worker,
                   claimant = p_claimant
    where id = p_job;
    if j.state = 1 then -- our own claim, of which we did not hear: nothing left us
        update delivery d set state = 0 where d.conversation_id = j.conversation_id and d.state = 1;
        uncertain := 0;
    elsif j.attempt = 0 then -- nobody held it before
        uncertain := 0;
    else -- what the last holder was sending when it died: nobody knows
        update delivery d set state = 4, error = 'sender died', settled_at = now()
        where d.conversation_id = j.conversation_id and d.state = 1;
        get diagnostics uncertain = row_count;
    end if;
    attempt := j.attempt + 1;
    failures := j.failures + j.deaths;
    conversation_id := j.conversation_id;
    select c.channel_id, c.chat_key, c.is_group, c.lang into channel_id, chat_key, is_group, lang
    from conversation c where c.id = j.conversation_id;
    head := next_delivery(p_job, j.conversation_id);
    status := case when (head).delivery_id is null then 4 else 0 end;
end $$;

-- Record how a sending ended (2 sent, 3 failed, 4 uncertain) and go on with the next in line.
-- A holder that lost its job may still turn `uncertain` into what it knows.
create function settle_delivery(
    p_job bigint, p_attempt int, p_delivery bigint, p_state smallint, p_external text, p_error text,
    out fenced boolean, out head outgoing)
language plpgsql as $$
declare
    j job;
begin
    select * into j from job where id = p_job for update;
    fenced := not found or j.state <> 1 or j.attempt <> p_attempt;
    update delivery set state = p_state, external_id = p_external, error = p_error, settled_at = now()
    where id = p_delivery and (state = 1 and not fenced or state = 4);
    if not fenced then
        if j.failures > 0 or j.deaths > 0 then
            update job set failures = 0, deaths = 0 where id = p_job;
        end if;
        head := next_delivery(p_job, j.conversation_id);
    end if;
end $$;

-- Nothing was sent: put it back and let the line wait.
create function release_delivery(
    p_job bigint, p_attempt int, p_delivery bigint, p_delay_ms int, p_failed boolean, p_error text, out fenced boolean)
language plpgsql as $$
declare
    v_at timestamptz := now() + p_delay_ms * interval '1 ms';
begin
    update job set state = 0, worker_id = null, run_at = v_at, announce_at = v_at,
                   failures = failures + p_failed::int, error = p_error
    where id = p_job and state = 1 and attempt = p_attempt;
    fenced := not found;
    if not fenced then
        update delivery set state = 0 where id = p_delivery and state = 1;
    end if;
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
    update delivery set kind = 1, payload = p_parts -> 0 where id = p_delivery and kind = 0 and state = 1
    returning * into d;
    if found then
        insert into delivery (conversation_id, place, seq, kind, epoch, payload, trace)
        select d.conversation_id, d.place + p.n - 1, d.seq, 1, d.epoch, p.part, d.trace
        from jsonb_array_elements(p_parts) with ordinality p (part, n) where p.n > 1;
    end if;
end $$;

-- Channels whose people fetch: what was not fetched yet, each message once.
create function fetch_deliveries(p_channel int, p_chat text, p_limit int)
returns table (seq bigint, author smallint, body text, extra jsonb, created_at timestamptz, responder smallint)
language plpgsql as $$
#variable_conflict use_column
begin
    return query
        with head as (
            select d.id from delivery d
            join conversation c on c.id = d.conversation_id
            where c.channel_id = p_channel and c.chat_key = p_chat and d.state = 0
            order by d.place, d.id limit p_limit for update of d skip locked),
        taken as (
            update delivery d set state = 2, settled_at = now() from head where d.id = head.id
            returning d.conversation_id, d.seq)
        select m.seq, m.author, m.body, m.extra, m.created_at, c.responder
        from taken t join message m on m.conversation_id = t.conversation_id and m.seq = t.seq
        join conversation c on c.id = t.conversation_id
        order by m.seq;
end $$;
