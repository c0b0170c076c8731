-- A turn: claim, perhaps claim again with more messages, finish (common/store/turn.c).

-- Claims take no lock that they would have to wait for: whoever holds the row is told `busy`
-- and tries again in a moment.  So a claim can never be part of a deadlock.

-- status: 0 claimed, 1 gone (done, or somebody else's), 2 busy, 3 early (wait_ms),
--         4 void (claimed, but nothing is left to answer: finish it as cancelled; where a human answers it covers
--         nothing, for what they leave unanswered is the bot's again: end_case())
-- p_attempt null: a new claim.  -1: a new claim, by a worker whose last one may have succeeded without
-- its knowing.  Else: the holder of that attempt asks for what came since.
--
-- A stop ends everything up to its place.  What came after it is a new question, so a new claim forgets
-- the stop if something did; a holder that asks is told of the stop first, and of the rest by the next turn.
create type claimed_turn as (
    status smallint, wait_ms int, attempt int, failures int, conversation_id bigint, epoch int, channel_id int,
    chat_key text, bot_id int, lang text, lang_chosen boolean, title text, is_group boolean, first_seq bigint,
    last_seq bigint, stop boolean, trace text, history json);

create function claim_turn(p_job bigint, p_attempt int, p_worker int, p_history int) returns claimed_turn
language plpgsql as $$
declare
    v_kind smallint := 1;
    v_stop bigint;
    r      claimed_turn;
begin
    if p_attempt is null then -- the usual case, in one statement
        update job set state = 1, attempt = next_attempt(attempt), worker_id = p_worker, pending = 0
        where id = (select j.id from job j
                    where j.id = p_job and j.state = 0 and j.kind = 1 and j.stop_seq is null
                      and j.run_at <= clock_timestamp() for update skip locked)
        returning attempt, failures + deaths, conversation_id, trace
        into r.attempt, r.failures, r.conversation_id, r.trace;
    end if;
    if r.conversation_id is null then
        select s.status, s.wait_ms, s.attempt, s.failures, s.conversation_id, s.trace, s.kind, s.stop_seq
        into r.status, r.wait_ms, r.attempt, r.failures, r.conversation_id, r.trace, v_kind, v_stop
        from seize_turn(p_job, p_attempt, p_worker) s;
        if r.status <> 0 then
            return r;
        end if;
    end if;

    select c.epoch, c.channel_id, c.chat_key, c.bot_id, c.lang, c.lang_chosen, c.title, c.is_group,
           case v_kind when 2 then unheard(c.id, c.last_seq) else c.answered_seq + 1 end,
           case when v_kind = 1 and v_stop is null and c.responder <> 0 then c.answered_seq -- nothing: a human answers
                when p_attempt >= 0 or c.responder <> 0 then coalesce(v_stop, c.last_seq) else c.last_seq end,
           case when v_stop is null and c.responder = case v_kind when 2 then 2 else 0 end and c.last_seq > c.context_seq
                then 0 else 4 end,
           (select json_agg(json_build_array(m.seq, m.author, m.body, m.extra))
            from (select h.seq, h.author, h.body, h.extra from message h
                  where h.conversation_id = c.id and h.seq > greatest(c.context_seq, c.last_seq - p_history)
                    and h.seq <= c.last_seq
                  order by h.seq) m)
    into r.epoch, r.channel_id, r.chat_key, r.bot_id, r.lang, r.lang_chosen, r.title, r.is_group, r.first_seq, r.last_seq,
         r.status, r.history
    from conversation c where c.id = r.conversation_id;
    r.stop := v_stop is not null;
    if r.first_seq > r.last_seq then
        r.status := 4;
    end if;
    return r;
end $$;

-- A claim of any kind, from whatever state the job is in.
create function seize_turn(
    p_job bigint, p_attempt int, p_worker int, out status smallint, out wait_ms int, out attempt int, out failures int,
    out conversation_id bigint, out trace text, out kind smallint, out stop_seq bigint)
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
    if p_attempt = -1 then
        if j.state = 1 and j.worker_id = p_worker then
            j.state := 0;
        end if;
        p_attempt := null;
    end if;
    if p_attempt is null and j.state <> 0 or p_attempt is not null and (j.state <> 1 or j.attempt <> p_attempt) then
        status := 1;
        return;
    end if;
    wait_ms := wait_ms(j.run_at);
    if p_attempt is null and wait_ms > 0 then
        status := 3;
        return;
    end if;
    if p_attempt is null then
        j.attempt := next_attempt(j.attempt);
        if j.pending > 0 then
            j.stop_seq := null;
        end if;
    end if;
    update job set state = 1, attempt = j.attempt, worker_id = p_worker, stop_seq = j.stop_seq,
                   pending = case when j.stop_seq is null then 0 else pending end
    where id = p_job;
    status := 0;
    attempt := j.attempt;
    failures := j.failures + j.deaths;
    conversation_id := j.conversation_id;
    trace := j.trace;
    kind := j.kind;
    stop_seq := j.stop_seq;
end $$;

-- status: 0 published, 1 fenced (somebody else has the job: nothing was written),
--         2 dropped (a reset, a stop, a human; or nothing to say), 3 kept as a suggestion for the operator, 4 handed over,
--         5 there is nobody to hand over to, and no p_body instead: nothing was written, the turn goes on
-- p_outcome: as in turn.outcome.  p_body null publishes nothing.
-- 6, handed over: p_reason and p_detail are for the operators; p_body is what the bot says if there are none.
--
-- A question is answered for by whoever answers it, never by a turn that nobody hears.  While a human waits or talks,
-- a turn covers nothing: its question is the case's, whose end says whose it is then (end_case()).  What was made
-- before a human came, and finishes when they are gone, covers nothing either: the bot answers anew.  Only the person
-- takes a question back, by a stop or a reset.
create type finished_turn as (
    status smallint, reply_seq bigint, delivery_job bigint, next_ready boolean, operator_job bigint);

-- The usual case is an answer to all that was asked; whatever else it may be, it is taken back, unseen, and
-- looked at anew.
create function finish_turn(
    p_job bigint, p_attempt int, p_conversation bigint, p_epoch int, p_first bigint, p_last bigint,
    p_outcome smallint, p_body text, p_extra jsonb, p_provider text, p_model text, p_in int, p_out int,
    p_estimated boolean, p_first_token_ms int, p_total_ms int, p_error text, p_trace text,
    p_reason text default null, p_detail text default null) returns finished_turn
language plpgsql as $$
declare
    v_mode smallint;
    r      finished_turn;
begin
    if p_outcome = 1 and p_body is not null and p_last >= p_first then
        update conversation c set last_seq = c.last_seq + 1, answered_seq = p_last
        where c.id = p_conversation and c.epoch = p_epoch and c.responder = 0 and c.answered_seq = p_first - 1
        returning c.last_seq, (select h.delivery from channel h where h.id = c.channel_id) into r.reply_seq, v_mode;
        if found then
            delete from job
            where id = p_job and state = 1 and attempt = p_attempt and kind = 1 and stop_seq is null and pending = 0
              and conversation_id = p_conversation;
            if not found then
                update conversation set last_seq = last_seq - 1, answered_seq = p_first - 1 where id = p_conversation;
                r.reply_seq := null;
            end if;
        end if;
    end if;
    if r.reply_seq is null then
        return finish_unusual_turn(
            p_job, p_attempt, p_conversation, p_epoch, p_first, p_last, p_outcome, p_body, p_extra, p_provider, p_model,
            p_in, p_out, p_estimated, p_first_token_ms, p_total_ms, p_error, p_trace, p_reason, p_detail);
    end if;

    with said as (
        insert into message (conversation_id, seq, author, body, extra, trace)
        values (p_conversation, r.reply_seq, 1, p_body, p_extra, p_trace)),
    done as (
        insert into turn (conversation_id, first_seq, last_seq, job_id, attempt, epoch, outcome, reply_seq, provider,
                          model, tokens_in, tokens_out, tokens_estimated, first_token_ms, total_ms, error, trace)
        values (p_conversation, p_first, p_last, p_job, p_attempt, p_epoch, 1, r.reply_seq, p_provider, p_model,
                p_in, p_out, p_estimated, p_first_token_ms, p_total_ms, p_error, p_trace)),
    outgoing as (
        insert into delivery (conversation_id, place, seq, epoch, trace)
        select p_conversation, r.reply_seq * 1000, r.reply_seq, p_epoch, p_trace where v_mode <> 0)
    insert into job as j (queue, kind, lane, conversation_id, trace)
    select 2, 1, p_conversation, p_conversation, p_trace where v_mode = 1
    on conflict (queue, lane) do update set pending = j.pending + 1
    returning case j.state when 0 then j.id end into r.delivery_job;
    r.status := 0;
    r.next_ready := false;
    return r;
end $$;

create function finish_unusual_turn(
    p_job bigint, p_attempt int, p_conversation bigint, p_epoch int, p_first bigint, p_last bigint,
    p_outcome smallint, p_body text, p_extra jsonb, p_provider text, p_model text, p_in int, p_out int,
    p_estimated boolean, p_first_token_ms int, p_total_ms int, p_error text, p_trace text,
    p_reason text default null, p_detail text default null) returns finished_turn
language plpgsql as $$
declare
    v_outcome smallint := p_outcome;
    v_mode    smallint;
    v_last    bigint;
    v_cover   bigint;           -- null: nothing
    v_stopped boolean;
    v_stale   boolean;          -- it cannot be published
    v_anew    boolean := false; -- the bot has to answer still
    c         conversation;
    j         job;
    r         finished_turn;
begin
    r.next_ready := false;
    select * into c from conversation where id = p_conversation for update;
    select * into j from job where id = p_job for update;
    if not found or j.state <> 1 or j.attempt <> p_attempt or j.conversation_id is distinct from p_conversation then
        r.status := 1;
        return r;
    end if;

    if j.kind = 2 then
        select s.status, s.next_ready, s.operator_job into r.status, r.next_ready, r.operator_job
        from finish_suggestion(j, c, p_epoch, p_last, p_outcome, p_body, p_provider, p_model, p_in, p_out, p_estimated) s;
        return r;
    end if;
    r.status := 0;
    v_last := c.last_seq;
    v_cover := greatest(p_last, j.stop_seq); -- greatest() passes over nulls
    v_stopped := p_outcome = 3 or j.stop_seq is not null;
    v_stale := c.responder <> 0 or c.epoch <> p_epoch;
    if p_outcome in (1, 6) and j.stop_seq is not null -- the word came too late to be heard, but in time to be obeyed
       or p_outcome <> 4 and v_stopped and v_stale then
        v_outcome := 3;
        r.status := 2;
    elsif c.responder <> 0 and not v_stopped then
        v_cover := null;
        r.status := 2;
        if p_outcome = 1 and p_body is not null then
            perform suggest(c.id, p_last, c.epoch, p_body, p_provider, p_model, p_in, p_out, p_estimated);
            r.operator_job := enqueue_operator(c.id, 1, p_trace);
            r.status := 3;
        end if;
    elsif p_outcome = 4 then
        r.status := 2;
    elsif v_stale and (c.context_seq >= p_last or c.answered_seq >= p_first) then -- forgotten, or answered otherwise
        v_outcome := 4;
        r.status := 2;
    elsif v_stale then
        v_cover := null;
        v_anew := true;
        r.status := 2;
    elsif p_outcome = 6 and may_come(handoff_policy(c.bot_id), handoff_pool(handoff_policy(c.bot_id))) then
        select h.operator_job into r.operator_job from call_human(c.id, p_reason, p_detail, p_trace) h;
        r.status := 4;
        if p_reason in ('limit', 'repeated', 'providers') then -- the bot has not tried, or could not
            v_cover := null;
        end if;
    elsif p_outcome = 6 and p_body is null then
        r.status := 5;
        return r;
    elsif p_body is not null then
        v_last := c.last_seq + 1;
        r.reply_seq := v_last;
        if p_outcome = 6 then
            v_outcome := case p_reason when 'providers' then 2 else 1 end;
        end if;
        insert into message (conversation_id, seq, author, body, extra, trace)
        values (c.id, r.reply_seq, case v_outcome when 2 then 3 else 1 end, p_body, p_extra, p_trace);
        select delivery into v_mode from channel where id = c.channel_id;
        r.delivery_job := deliver(c.id, v_mode, r.reply_seq, c.epoch, p_trace);
    end if;

    if v_cover is null and r.status <> 3 and p_in is not null then -- nobody hears it, but it has its price
        perform suggest(c.id, p_last, p_epoch, coalesce(p_body, ''), p_provider, p_model, p_in, p_out, p_estimated, 3::smallint);
    end if;
    update conversation set last_seq = v_last, answered_seq = greatest(answered_seq, v_cover) where id = c.id;
    if v_cover >= p_first then
        insert into turn (conversation_id, first_seq, last_seq, job_id, attempt, epoch, outcome, reply_seq, provider,
                          model, tokens_in, tokens_out, tokens_estimated, first_token_ms, total_ms, error, trace)
        values (c.id, p_first, v_cover, p_job, p_attempt, p_epoch, v_outcome, r.reply_seq, p_provider,
                p_model, p_in, p_out, p_estimated, p_first_token_ms, p_total_ms, p_error, p_trace);
    end if;

    if (j.pending > 0 or v_anew) and c.responder = 0 and r.status <> 4 then
        update job set state = 0, pending = 0, failures = 0, deaths = 0, stop_seq = null, worker_id = null,
                       run_at = now(), announce_at = now() + interval '2 s'
        where id = p_job;
        r.next_ready := true;
    else
        delete from job where id = p_job;
    end if;
    return r;
end $$;

-- --- suggestions ---------------------------------------------------------------------------------------
--
-- While an operator talks, the bot may be asked what it would say: a job of kind 2 in a lane of its own,
-- claimed and finished like a turn, but nothing of it reaches the person.

-- The first message nobody has replied to: of the last ones, after the operator's and the bot's words.
create function unheard(p_conversation bigint, p_last bigint) returns bigint
language plpgsql stable as $$
begin
    return (select greatest(coalesce(max(m.seq), 0), p_last - 20) + 1
            from message m where m.conversation_id = p_conversation and m.seq > p_last - 20 and m.author in (1, 2));
end $$;

-- Ask for a suggestion.  Null when nobody needs to be told.  The caller holds the conversation's row lock.
create function ask_suggestion(p_conversation bigint, p_trace text) returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, conversation_id, trace)
    values (1, 2, -p_conversation, p_conversation, p_trace)
    on conflict (queue, lane) do update set pending = j.pending + 1
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- One is open at a time: the newest.  p_state 3: it is overtaken already, as it is by what an operator has said since.
create function suggest(p_conversation bigint, p_last bigint, p_epoch int, p_body text, p_provider text, p_model text,
                        p_in int, p_out int, p_estimated boolean, p_state smallint default 0) returns void
language plpgsql as $$
begin
    if p_state = 0 then
        update suggestion set state = 3 where conversation_id = p_conversation and state = 0;
    end if;
    insert into suggestion (conversation_id, last_seq, epoch, body, provider, model, tokens_in, tokens_out, tokens_estimated,
                            state)
    values (p_conversation, p_last, p_epoch, p_body, p_provider, p_model, p_in, p_out, coalesce(p_estimated, false), p_state);
    perform pass_over(p_conversation, m.seq, m.extra -> 'reply_to')
    from message m where m.conversation_id = p_conversation and m.seq > p_last and m.author = 2;
end $$;

-- j and c are locked.  What came meanwhile is looked at again; what is no longer the operator's chat is dropped.
create function finish_suggestion(
    j job, c conversation, p_epoch int, p_last bigint, p_outcome smallint, p_body text, p_provider text, p_model text,
    p_in int, p_out int, p_estimated boolean, out status smallint, out next_ready boolean, out operator_job bigint)
language plpgsql as $$
begin
    status := 2;
    next_ready := j.pending > 0 and c.responder = 2;
    if p_outcome = 1 and p_body is not null and c.responder = 2 and c.epoch = p_epoch and not next_ready then
        perform suggest(c.id, p_last, c.epoch, p_body, p_provider, p_model, p_in, p_out, p_estimated);
        operator_job := enqueue_operator(c.id, 1, j.trace);
        status := 3;
    end if;
    if next_ready then
        update job set state = 0, pending = 0, failures = 0, deaths = 0, stop_seq = null, worker_id = null,
                       run_at = now(), announce_at = now() + interval '2 s'
        where id = j.id;
    else
        delete from job where id = j.id;
    end if;
end $$;
