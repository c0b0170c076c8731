-- A human takes over: a case, from the call to its end (common/store/desk.c).
--
-- Locks are taken in the order conversation, operator, job, delivery.  Operators are shared by many
-- conversations, so whoever locks one travels alone (PG_ALONE), and machinery that only looks for a free
-- one skips those that are locked.  Rows of a case are written under its conversation's lock.

alter table handoff
    add column from_seq   bigint      not null default 0,     -- what was said from here on was for a human
    add column due_at     timestamptz not null default now(), -- waiting: when the next round of invitations is
    add column is_starved boolean     not null default false, -- waiting: nobody was free when we looked
    add column pool       text[],                             -- whom it is for, as operators_named() knows them; null: anybody
    add column leaving    boolean     not null default false, -- nobody is there: the person may leave a message
    add column has_joined boolean     not null default false, -- the operator has shown life; the person knows
    add column spoke_seq  bigint      not null default 0,     -- the operator's last message
    add column told       text,                               -- the last notice of the queue
    add column told_place int,
    add column told_at    timestamptz,
    add column shown_to   int,                                -- whose desk has the card and the history
    add column suggested_seq bigint not null default 0,       -- the last message a reply was asked for
    add column waited_s   int;                                -- until somebody came who had been called; null: nobody yet
-- For an operator who becomes free: one case, the longest waiting.
create index handoff_starved on handoff (called_at, id) where state = 1 and is_starved;
create index handoff_waited on handoff (taken_at) where waited_s is not null;
create index handoff_message on handoff (ended_at) where outcome = 'message';

-- What an operator has yet to be told in their Telegram, in order; gone when it was sent on its way.
create table desk_notice (
    id              bigint generated always as identity primary key,
    operator_id     int    not null,
    conversation_id bigint not null, -- the client's
    what            text   not null, -- edited, failed, blocked, returned, closed, transferred, idle, left, ...
    seq             bigint,
    detail          text
);
create index desk_notice_of on desk_notice (conversation_id, id);
alter table suggestion
    add column shown       boolean not null default false,
    add column delivery_id bigint; -- what shows it in a desk, with its buttons; null: nothing, or not any more
create index suggestion_shown on suggestion (conversation_id) where delivery_id is not null;
alter table operator add column left_at timestamptz; -- whoever they had then goes back to the queue

-- --- jobs of operator-relay -----------------------------------------------------------

-- p_kind: 1 a client's conversation, 2 an operator's.  A job of kind 1 that waits for its time is due now.
-- Null when nobody needs to be told: whoever is running it looks again before giving it up.
create function enqueue_operator(p_conversation bigint, p_kind int, p_trace text) returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, conversation_id, trace)
    values (3, p_kind, p_conversation, p_conversation, p_trace)
    on conflict (queue, lane) do update
        set pending = j.pending + 1, run_at = least(j.run_at, now()),
            announce_at = case when j.run_at > now() then now() + interval '2 s' else j.announce_at end
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- Look at an operator: free for somebody who waits, or gone.  The lane is out of all conversations' way.
create function enqueue_duty(p_operator int, p_trace text) returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, trace) values (3, 3, -p_operator, p_trace)
    on conflict (queue, lane) do update set pending = j.pending + 1, run_at = least(j.run_at, now())
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- The beginning of each claim: the job, locked, unless there is nothing to claim.  status: 0 it is the claimant's,
-- 1 gone, or somebody else's, 2 busy, 3 early (wait_ms).  p_unsure: a claim whose answer was lost may have succeeded.
create type claimable as (status smallint, wait_ms int, job job);

create function claimable(p_job bigint, p_kind int, p_worker int, p_unsure boolean) returns claimable
language plpgsql as $$
declare
    j job;
    r claimable;
begin
    select * into j from job where id = p_job for update skip locked;
    if not found then
        r.status := case when exists (select from job where id = p_job) then 2 else 1 end;
        return r;
    end if;
    r.wait_ms := wait_ms(j.run_at);
    r.job := j;
    r.status := case when j.kind <> p_kind or j.state <> 0 and not (p_unsure and j.state = 1 and j.worker_id = p_worker) then 1
                     when j.state = 0 and r.wait_ms > 0 then 3 else 0 end;
    return r;
end $$;

create function place_now() returns bigint
language sql volatile as $$ select place_at(clock_timestamp()) $$;

create function enqueue_turn(p_conversation bigint, p_trace text) returns bigint
language plpgsql as $$
declare
    v_id    bigint;
    v_state smallint;
begin
    insert into job as j (queue, kind, lane, conversation_id, trace) values (1, 1, p_conversation, p_conversation, p_trace)
    on conflict (queue, lane) do update set pending = j.pending + 1
    returning j.id, j.state into v_id, v_state;
    return case v_state when 0 then v_id end;
end $$;

-- --- policy and words -----------------------------------------------------------------

create function handoff_policy(p_bot int) returns jsonb
language plpgsql stable as $$
begin
    return '{"assign": "broadcast", "invite": 3, "repeat_s": 45, "rounds": 4, "at_end": "bot", "idle_s": 600,
             "person_idle_s": 3600, "suggest": true}'::jsonb
           || coalesce((select b.spec -> 'handoff' from bot b where b.id = p_bot), '{}');
end $$;

-- As i18n_lang() has it: which of our two languages somebody reads.
create function reads_lang(p_lang text) returns text
language plpgsql immutable as $$
begin
    return case when p_lang ~* '^(ru|uk|be|kk|ky|uz|tg|hy|az|mn)($|[-_])' then 'ru' else 'en' end;
end $$;

-- Something is said: sent whatever happens to the epoch.  `delivery_job`: to be announced.
create function publish(p_conversation bigint, p_author smallint, p_body text, p_extra jsonb, p_trace text,
                        out seq bigint, out delivery_job bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    v_channel int;
begin
    update conversation c set last_seq = c.last_seq + 1 where c.id = p_conversation
    returning c.last_seq, c.channel_id into seq, v_channel;
    insert into message (conversation_id, seq, author, body, extra, trace)
    values (p_conversation, publish.seq, p_author, p_body, p_extra, p_trace);
    delivery_job := deliver(p_conversation, (select h.delivery from channel h where h.id = v_channel),
                            publish.seq, null, p_trace);
end $$;

-- The platform speaks: p_texts is {"<what>": {"ru", "en"}, ...}, in which {name} stands for the name.
create function announce(p_conversation bigint, p_what text, p_texts jsonb, p_name text, p_extra jsonb, p_trace text,
                         out seq bigint, out delivery_job bigint)
language plpgsql as $$
declare
    v_lang text;
begin
    select reads_lang(c.lang) into v_lang from conversation c where c.id = p_conversation;
    select p.seq, p.delivery_job into seq, delivery_job
    from publish(p_conversation, 3::smallint,
                 replace(coalesce(p_texts -> p_what ->> v_lang, ''), '{name}', coalesce(p_name, '')),
                 p_extra || jsonb_build_object('event', p_what), p_trace) p;
end $$;

-- --- a case, from the call to its end ---------------------------------------------------

create function note_event(p_handoff bigint, p_what text, p_operator int, p_detail text) returns void
language plpgsql as $$
begin
    insert into handoff_event (handoff_id, what, operator_id, detail) values (p_handoff, p_what, p_operator, p_detail);
end $$;

-- The first thing the person asked after p_seq: commands and calls are no questions.
create function asked_since(p_conversation bigint, p_seq bigint) returns bigint
language plpgsql stable as $$
begin
    return (select m.seq from message m
            where m.conversation_id = p_conversation and m.seq > p_seq and m.author = 0 and (m.extra ? 'aside') is not true
            order by m.seq limit 1);
end $$;

-- Where a case begins for its operator: handoff.called_seq.
create function case_begins(c conversation) returns bigint
language plpgsql stable as $$
begin
    return coalesce(asked_since(c.id, greatest(c.answered_seq, c.context_seq)), c.last_seq);
end $$;

-- The caller holds the conversation's row lock.  `operator_job`: to be announced.
create function call_human(p_conversation bigint, p_reason text, p_detail text, p_trace text,
                           out handoff bigint, out operator_job bigint, out epoch int)
language plpgsql as $$
#variable_conflict use_column
declare
    c conversation;
begin
    operator_job := enqueue_operator(p_conversation, 1, p_trace);
    select h.id into handoff from handoff h where h.conversation_id = p_conversation and h.state < 3;
    if found then
        if p_reason = 'asked' then -- whoever waits and asks again hears their place again
            update handoff h set told = null
            where h.id = call_human.handoff and h.state = 1 and not h.leaving and h.told_at < now() - interval '3 s';
        end if;
        select o.epoch into epoch from conversation o where o.id = p_conversation;
        return;
    end if;
    update conversation o set responder = 1, epoch = o.epoch + 1 where o.id = p_conversation returning * into c;
    epoch := c.epoch;
    insert into handoff (conversation_id, reason, detail, called_seq, from_seq, trace)
    values (p_conversation, coalesce(p_reason, 'asked'), p_detail, case_begins(c), c.answered_seq + 1, p_trace)
    returning id into handoff;
    perform note_event(handoff, 'called', null, p_reason);
end $$;

-- The case is p_operator's now; the caller holds the rows of both, and of whoever had it before.
create function hold_case(p_handoff bigint, p_operator int, p_joined boolean, p_what text) returns int
language plpgsql as $$
declare
    h       handoff;
    v_epoch int;
begin
    select * into h from handoff where id = p_handoff;
    if h.state = 2 then
        update operator set load = load - 1 where id = h.operator_id;
    end if;
    update operator set load = load + 1, given_at = clock_timestamp() where id = p_operator;
    update handoff set state = 2, operator_id = p_operator, taken_at = now(), has_joined = p_joined, is_starved = false,
                       leaving = false
    where id = p_handoff;
    update invitation set state = case operator_id when p_operator then 1 else 3 end
    where handoff_id = p_handoff and state = 0;
    update conversation set responder = 2, operator_id = p_operator, epoch = epoch + 1
    where id = h.conversation_id returning epoch into v_epoch;
    perform note_event(p_handoff, p_what, p_operator, null);
    return v_epoch;
end $$;

-- Back to those who wait.  Returns the job of the operator who has become free, to be announced.
create function requeue_case(p_handoff bigint, p_what text, p_trace text) returns bigint
language plpgsql as $$
declare
    h handoff;
begin
    select * into h from handoff where id = p_handoff;
    update operator set load = load - 1 where id = h.operator_id;
    update handoff set state = 1, reason = p_what, operator_id = null, round = 0, due_at = now(), shown_to = null,
                       told = case when not has_joined then told end, has_joined = false
    where id = p_handoff;
    insert into invitation (handoff_id, operator_id, round, state) values (p_handoff, h.operator_id, 0, 2)
    on conflict (handoff_id, operator_id) do update set state = 2;
    update conversation set responder = 1, operator_id = null, epoch = epoch + 1 where id = h.conversation_id;
    perform note_event(p_handoff, p_what, h.operator_id, null);
    return enqueue_duty(h.operator_id, p_trace);
end $$;

-- The end.  What the person asked since anybody answered is the bot's again, also what they asked before the call,
-- unless they have taken it back: `llm_job`.
create function end_case(p_handoff bigint, p_outcome text, p_what text, p_operator int, p_trace text,
                         out llm_job bigint, out free_job bigint)
language plpgsql as $$
declare
    h       handoff;
    c       conversation;
    v_since bigint;
begin
    select * into h from handoff where id = p_handoff;
    select * into c from conversation where id = h.conversation_id;
    if h.state = 2 then
        update operator set load = load - 1 where id = h.operator_id;
        free_job := enqueue_duty(h.operator_id, p_trace);
    end if;
    update handoff set state = 3, outcome = p_outcome, ended_at = now(), is_starved = false,
                       ended_seq = c.last_seq
    where id = p_handoff;
    update invitation set state = 3 where handoff_id = p_handoff and state = 0;
    update suggestion set state = 3 where conversation_id = c.id and state = 0;
    perform note_event(p_handoff, p_what, p_operator, null);
    v_since := greatest(h.spoke_seq, c.answered_seq, c.context_seq,
                        (select j.stop_seq from job j where j.queue = 1 and j.lane = c.id));
    if p_outcome in ('returned', 'unanswered') and asked_since(c.id, v_since) is not null then
        llm_job := enqueue_turn(c.id, p_trace);
    else
        v_since := c.last_seq;
    end if;
    update conversation
    set responder = 0, operator_id = null, epoch = epoch + 1, answered_seq = greatest(answered_seq, v_since)
    where id = c.id;
end $$;

-- What a person does besides talking, while a human answers or in an operator's own chat; codes as of accept().
create function tell_operator(p_action smallint, p_conversation bigint, p_external text, p_is_desk boolean, p_trace text)
returns bigint language plpgsql as $$
declare
    v_operator int;
begin
    if p_is_desk then
        if p_action = 6 then -- who cannot be reached is not on duty
            update operator o set on_duty = false, left_at = clock_timestamp() from desk_chat d
            where d.conversation_id = p_conversation and o.id = d.operator_id returning o.id into v_operator;
            if found then
                perform enqueue_duty(v_operator, p_trace); -- the sweep announces it
            end if;
        elsif p_action = 2 then -- claim_order() looks for it, once what was said is dealt with; that may be under way
            update message m set extra = coalesce(m.extra, '{}') || '{"edited": true}'
            from conversation c
            where c.id = p_conversation and m.conversation_id = c.id and m.seq > c.last_seq - 200
              and m.author = 0 and m.external_id = p_external;
            return case when found then enqueue_operator(p_conversation, 2, p_trace) end;
        end if;
        if p_action in (6, 7) then -- the chat's topics go with it
            update conversation t set reachable = p_action = 7 from conversation c
            where c.id = p_conversation and t.channel_id = c.channel_id
              and t.chat_key >= c.chat_key || ':' and t.chat_key < c.chat_key || ';';
        end if;
        return null;
    end if;
    if p_action not in (2, 4, 6, 7) then
        return null;
    end if;
    insert into desk_notice (operator_id, conversation_id, what, seq)
    select c.operator_id, c.id, case p_action when 2 then 'edited' when 4 then 'reset' when 6 then 'blocked' else 'unblocked' end,
           case p_action when 2 then (select max(m.seq) from message m
                                      where m.conversation_id = c.id and m.seq > c.last_seq - 200 and m.author = 0
                                        and m.external_id = p_external) end
    from conversation c where c.id = p_conversation and c.operator_id is not null;
    return enqueue_operator(p_conversation, 1, p_trace);
end $$;
