-- The same calls, for a whole group at once: where connections gather calls, the server is spared most
-- of what a statement costs.  Each takes the parameters of its namesake as arrays of texts, with one
-- element for each call, and returns a row for each, in their order (common/pg/pg.h).
--
-- They know only what usually happens.  If anything else is found in a group, its calls are made one
-- after another; where that is found too late, the group fails, and comes again call by call.
--
-- No two calls of a group are about one conversation, and they come in the order in which conversations
-- are locked; unnest() keeps it.  An update or a delete of a whole group does not: it must find locked what anybody
-- may wait for who holds something else.  What is written is unnested where it is selected: as a table it would be
-- copied first.  There are no joins here, but only lookups by key, which "offset 0" keeps from becoming joins: what is
-- planned while a table is small must be right when it has grown, and a join may lose the order.

create function accept_many(
    p_channel text[], p_bot text[], p_mode text[], p_event text[], p_trace text[], p_action text[],
    p_chat text[], p_is_group text[], p_title text[], p_lang text[], p_user text[], p_user_name text[],
    p_external text[], p_body text[], p_extra text[], p_reply text[], p_reply_extra text[], p_versions text[],
    p_choice text[], p_callback text[], p_quiet_ms text[], p_quiet_max_ms text[], p_is_desk text[]) returns setof accepted
language plpgsql as $$
declare
    v_channel      int[] := p_channel::int[];
    v_conversation bigint[];
    v_seq          bigint[];
    v_responder    smallint[];
    v_epoch        int[];
    v_group        boolean[];
    v_owner        bigint[];  -- the person of a private conversation
    v_person       bigint[];  -- who speaks
    v_job          bigint[];  -- one for each conversation with a bot, null if nobody needs to be told
begin
    -- An event that is known already is found by its key alone, and what was done until then is undone.
    begin
        with told as (
            insert into conversation as c (channel_id, chat_key, bot_id, is_group, lang, title, last_seq)
            select unnest(v_channel), unnest(p_chat), unnest(p_bot::int[]), unnest(p_is_group::boolean[]), unnest(p_lang),
                   unnest(p_title), 1
            on conflict (channel_id, chat_key) do update
                set last_seq = c.last_seq + 1, bot_id = excluded.bot_id, reachable = true,
                    lang = case when c.lang_chosen then c.lang else coalesce(excluded.lang, c.lang) end,
                    title = coalesce(excluded.title, c.title)
            returning c.id, c.last_seq, c.responder, c.epoch, c.person_id, c.is_group)
        select array_agg(id), array_agg(last_seq), array_agg(responder), array_agg(epoch), array_agg(person_id),
               array_agg(is_group)
        into v_conversation, v_seq, v_responder, v_epoch, v_owner, v_group
        from told;

        insert into inbound (channel_id, event_key, conversation_id, seq, trace)
        select unnest(v_channel), unnest(p_event), unnest(v_conversation), unnest(v_seq), unnest(p_trace);
    exception when unique_violation then
        for i in 1 .. cardinality(p_event) loop
            return next accept(
                v_channel[i], p_bot[i]::int, p_mode[i]::smallint, p_event[i], p_trace[i], p_action[i]::smallint,
                p_chat[i], p_is_group[i]::boolean, p_title[i], p_lang[i], p_user[i], p_user_name[i],
                p_external[i], p_body[i], p_extra[i]::jsonb, p_reply[i], p_reply_extra[i]::jsonb,
                p_versions[i]::jsonb, p_choice[i], p_callback[i], p_quiet_ms[i]::int, p_quiet_max_ms[i]::int,
                p_is_desk[i]::boolean);
        end loop;
        return;
    end;

    v_person := v_owner;
    if array_position(v_owner, null) is not null or true = any (v_group) then
        v_person := find_people(v_channel, p_user, p_user_name, v_owner, v_group);
        update conversation c
        set person_id = v_person[array_position(v_conversation, c.id)]
        where c.id = any (array(select e.id from unnest(v_conversation, v_owner, v_person, v_group) e (id, owner, person, is_group)
                                where not e.is_group and e.owner is null and e.person is not null));
    end if;

    insert into message (conversation_id, seq, author, body, extra, external_id, person_id, trace)
    select unnest(v_conversation), unnest(v_seq), 0, unnest(p_body), unnest(p_extra)::jsonb, unnest(p_external),
           unnest(v_person), unnest(p_trace);

    with asked as (
        insert into job as j (queue, kind, lane, conversation_id, run_at, announce_at, trace)
        select 1, 1, e.id, e.id, now() + e.quiet_ms * interval '1 ms', now() + (e.quiet_ms + 2000) * interval '1 ms', e.trace
        from (select unnest(v_conversation) as id, unnest(v_responder) as responder, unnest(p_quiet_ms::int[]) as quiet_ms,
                     unnest(p_trace) as trace) e
        where e.responder = 0
        on conflict (queue, lane) do update
            set pending = j.pending + 1,
                run_at = case
                    when j.state = 0 and j.failures = 0 and excluded.run_at > now()
                        then least(excluded.run_at, j.created_at + interval '1 ms'
                                   * p_quiet_max_ms[array_position(v_conversation, j.lane)]::int)
                    else j.run_at end
        returning case j.state when 0 then j.id end as id)
    select array_agg(id) into v_job from asked;

    if 0 = all (v_responder) then
        return query
            select false, unnest(v_conversation), unnest(v_seq), null::bigint, unnest(v_job), null::bigint, 0::smallint,
                   null::boolean, null::bigint, unnest(v_epoch);
        return;
    end if;
    return query
        select false, e.id, e.seq, null::bigint,
               case e.responder when 0 then v_job[count(*) filter (where e.responder = 0) over (rows unbounded preceding)] end,
               null::bigint, e.responder, null::boolean,
               case when e.responder <> 0 then enqueue_operator(e.id, 1, e.trace) end, e.epoch
        from unnest(v_conversation, v_seq, v_responder, v_epoch, p_trace) e (id, seq, responder, epoch, trace);
end $$;

-- find_person() for those whom a group or a new conversation does not know yet; the others are the owners.  Others may
-- meet the same people elsewhere at this moment, so they are written down in the order of their keys.
create function find_people(p_channel int[], p_user text[], p_name text[], p_owner bigint[], p_is_group boolean[])
returns bigint[] language plpgsql as $$
declare
    v_person bigint[];
    v_new    boolean;
begin
    for round in 1 .. 2 loop
        select array_agg(case when f.is_asked then f.person_id else f.owner end),
               bool_or(f.is_asked and f.person_id is null)
        into v_person, v_new
        from (select e.owner, e.is_asked,
                     case when e.is_asked then
                         (select i.person_id from identity i where i.channel_id = e.channel_id and i.user_key = e.user_key)
                     end as person_id
              from (select u.*, u.user_key is not null and (u.is_group or u.owner is null) as is_asked
                    from unnest(p_channel, p_user, p_owner, p_is_group) u (channel_id, user_key, owner, is_group)) e) f;
        exit when not v_new;
        with strangers as materialized (
            select e.channel_id, e.user_key, e.name, nextval('person_id_seq') as id
            from unnest(p_channel, p_user, p_name, p_owner, p_is_group, v_person)
                e (channel_id, user_key, name, owner, is_group, person_id)
            where e.user_key is not null and (e.is_group or e.owner is null) and e.person_id is null
            order by e.channel_id, e.user_key collate "C"),
        made as (insert into person (id, name) overriding system value select s.id, s.name from strangers s)
        insert into identity (channel_id, user_key, person_id, name)
        select s.channel_id, s.user_key, s.id, s.name from strangers s
        on conflict (channel_id, user_key) do update set name = excluded.name;
    end loop;
    return v_person;
end $$;

create function claim_turn_many(p_job text[], p_attempt text[], p_worker text[], p_history text[])
returns setof claimed_turn
language plpgsql as $$
declare
    v_job    bigint[] := p_job::bigint[];
    v_usual  int;
begin
    select count(*) into v_usual
    from (select j.* from job j where j.id = any (v_job) for update skip locked) j
    where j.state = 0 and j.kind = 1 and j.stop_seq is null and j.run_at <= clock_timestamp();
    if v_usual < cardinality(v_job) or array_remove(p_attempt, null) <> '{}' or p_worker[1] <> any (p_worker) then
        for i in 1 .. cardinality(v_job) loop
            return query select * from claim_turn(v_job[i], p_attempt[i]::int, p_worker[i]::int, p_history[i]::int);
        end loop;
        return;
    end if;

    update job set state = 1, attempt = next_attempt(attempt), worker_id = p_worker[1]::int, pending = 0 where id = any (v_job);

    return query
        select case when c.responder <> 0 or c.last_seq <= greatest(c.context_seq, c.answered_seq) then 4 else 0 end::smallint,
               null::int, j.attempt, j.failures + j.deaths, c.id, c.epoch, c.channel_id, c.chat_key, c.bot_id, c.lang,
               c.lang_chosen, c.title, c.is_group, c.answered_seq + 1,
               case when c.responder <> 0 then c.answered_seq else c.last_seq end, false, j.trace,
               (select json_agg(json_build_array(m.seq, m.author, m.body, m.extra))
                from (select h.seq, h.author, h.body, h.extra from message h
                      where h.conversation_id = c.id and h.seq > greatest(c.context_seq, c.last_seq - e.history)
                        and h.seq <= c.last_seq and c.responder = 0
                      order by h.seq) m)
        from unnest(v_job, p_history::int[]) e (id, history),
             lateral (select * from job k where k.id = e.id offset 0) j,
             lateral (select * from conversation o where o.id = j.conversation_id offset 0) c;
end $$;

create function finish_turn_many(
    p_job text[], p_attempt text[], p_conversation text[], p_epoch text[], p_first text[], p_last text[],
    p_outcome text[], p_body text[], p_extra text[], p_provider text[], p_model text[], p_in text[], p_out text[],
    p_estimated text[], p_first_token_ms text[], p_total_ms text[], p_error text[], p_trace text[], p_reason text[],
    p_detail text[])
returns setof finished_turn
language plpgsql as $$
declare
    v_job          bigint[] := p_job::bigint[];
    v_conversation bigint[] := p_conversation::bigint[];
    v_last         bigint[] := p_last::bigint[];
    v_seq          bigint[];
    v_mode         smallint[];
    v_usual        int;
    v_delivery     bigint[];
begin
    -- A line's job is locked together with its conversation: couriers settle lines in this order, and hold no
    -- conversation that would make them wait before.
    select array_agg(c.last_seq + 1), array_agg(h.delivery),
           count(*) filter (where c.responder = 0 and c.epoch = e.epoch and c.answered_seq = e.first - 1 and e.outcome = 1
                              and e.body is not null and e.last >= e.first)
    into v_seq, v_mode, v_usual
    from unnest(v_conversation, p_epoch::int[], p_first::bigint[], v_last, p_outcome::smallint[], p_body)
             e (conversation, epoch, first, last, outcome, body),
         lateral (select * from conversation o where o.id = e.conversation for update) c
         cross join lateral (select n.delivery from channel n where n.id = c.channel_id offset 0) h
         left join lateral (select from job l where l.queue = 2 and l.lane = c.id for update) l on true;
    -- A turn's job is waited for by nobody but the holder of its conversation, so these may go in any order.  What came
    -- for them while a conversation's lock was waited for is seen, because this is a statement of its own.
    if v_usual = cardinality(v_job) and v_mode[1] = all (v_mode) then
        begin
            delete from job j
            where j.id = any (v_job) and j.state = 1 and j.kind = 1 and j.stop_seq is null and j.pending = 0
              and j.attempt = p_attempt[array_position(v_job, j.id)]::int
              and j.conversation_id = v_conversation[array_position(v_job, j.id)];
            get diagnostics v_usual = row_count;
            if v_usual < cardinality(v_job) then
                raise no_data_found;
            end if;
        exception when no_data_found then null; -- none is deleted
        end;
    else
        v_usual := 0;
    end if;
    if v_usual < cardinality(v_job) then
        for i in 1 .. cardinality(v_job) loop
            return query select * from finish_turn(
                v_job[i], p_attempt[i]::int, v_conversation[i], p_epoch[i]::int, p_first[i]::bigint, v_last[i],
                p_outcome[i]::smallint, p_body[i], p_extra[i]::jsonb, p_provider[i], p_model[i], p_in[i]::int,
                p_out[i]::int, p_estimated[i]::boolean, p_first_token_ms[i]::int, p_total_ms[i]::int, p_error[i],
                p_trace[i], p_reason[i], p_detail[i]);
        end loop;
        return;
    end if;

    insert into message (conversation_id, seq, author, body, extra, trace)
    select unnest(v_conversation), unnest(v_seq), 1, unnest(p_body), unnest(p_extra)::jsonb, unnest(p_trace);
    if v_mode[1] <> 0 then
        insert into delivery (conversation_id, place, seq, epoch, trace)
        select unnest(v_conversation), unnest(v_seq) * 1000, unnest(v_seq), unnest(p_epoch)::int, unnest(p_trace);
    end if;
    if v_mode[1] = 1 then
        with asked as (
            insert into job as j (queue, kind, lane, conversation_id, trace)
            select 2, 1, unnest(v_conversation), unnest(v_conversation), unnest(p_trace)
            on conflict (queue, lane) do update set pending = j.pending + 1
            returning case j.state when 0 then j.id end as id)
        select array_agg(id) into v_delivery from asked;
    end if;
    update conversation
    set last_seq = last_seq + 1, answered_seq = v_last[array_position(v_conversation, id)]
    where id = any (v_conversation);
    insert into turn (conversation_id, first_seq, last_seq, job_id, attempt, epoch, outcome, reply_seq, provider,
                      model, tokens_in, tokens_out, tokens_estimated, first_token_ms, total_ms, error, trace)
    select unnest(v_conversation), unnest(p_first)::bigint, unnest(v_last), unnest(v_job), unnest(p_attempt)::int,
           unnest(p_epoch)::int, 1, unnest(v_seq), unnest(p_provider), unnest(p_model), unnest(p_in)::int, unnest(p_out)::int,
           unnest(p_estimated)::boolean, unnest(p_first_token_ms)::int, unnest(p_total_ms)::int, unnest(p_error),
           unnest(p_trace);
    return query select 0::smallint, unnest(v_seq), unnest(v_delivery), false, null::bigint;
end $$;

create function settle_delivery_many(
    p_job text[], p_attempt text[], p_delivery text[], p_state text[], p_external text[], p_error text[])
returns setof settled_delivery
language plpgsql as $$
declare
    v_job      bigint[] := p_job::bigint[];
    v_delivery bigint[] := p_delivery::bigint[];
    v_usual    int;
    v_ended    bigint[]; -- jobs of lines in which nothing is left
begin
    -- first the locks, then a look: what was added to a line until then must be seen
    select count(*) filter (where j.state = 1 and j.attempt = e.attempt and j.failures = 0 and j.deaths = 0
                              and j.delivery_id = e.delivery and e.state = 2)
    into v_usual
    from (select unnest(v_job) as job, unnest(p_attempt)::int as attempt, unnest(v_delivery) as delivery,
                 unnest(p_state)::smallint as state) e,
         lateral (select * from job k where k.id = e.job for update) j;
    if v_usual = cardinality(v_job) and array_remove(p_error, null) = '{}' then
        update delivery
        set state = 2, external_id = p_external[array_position(v_delivery, id)], error = null, settled_at = now()
        where id = any (v_delivery) and state = 0 and kind < 4;
        get diagnostics v_usual = row_count;
    else
        v_usual := 0;
    end if;
    if v_usual = cardinality(v_job) then
        with ended as (
            delete from job j
            where j.id = any (v_job)
              and (select d.id from delivery d where d.conversation_id = j.conversation_id and d.settled_at is null limit 1)
                  is null
            returning j.id)
        select array_agg(id) into v_ended from ended;
    end if;
    if cardinality(v_ended) = cardinality(v_job) then
        return query select false, null::text, null::bigint, null::bigint, null::outgoing from unnest(v_job);
        return;
    end if;
    -- Whoever settles what is settled already, as some of these may be by now, is told how the line goes on.
    for i in 1 .. cardinality(v_job) loop
        if v_job[i] = any (v_ended) then
            return next row (false, null, null, null, null)::settled_delivery;
        else
            return query select * from settle_delivery(
                v_job[i], p_attempt[i]::int, v_delivery[i], p_state[i]::smallint, p_external[i], p_error[i]);
        end if;
    end loop;
end $$;

create function claim_delivery_many(p_job text[], p_worker text[], p_claimant text[], p_unsure text[])
returns setof claimed_delivery
language plpgsql as $$
declare
    v_job      bigint[] := p_job::bigint[];
    v_claim    claimed_delivery[];
    v_attempt  int[];
    v_delivery bigint[];
    v_usual    int;
begin
    select count(*) into v_usual
    from (select j.* from job j where j.id = any (v_job) for update skip locked) j
    where j.state = 0 and j.delivery_id is null and j.run_at <= clock_timestamp();
    if v_usual = cardinality(v_job) and p_worker[1] = all (p_worker) then
        select array_agg(
                   row (0, null, j.attempt, j.failures, c.id, c.channel_id, c.chat_key, c.is_group, c.lang, 0,
                        row (d.id, d.kind, d.seq, m.author, case d.kind when 0 then m.body end,
                             case when m.extra ? 'reply_to' then with_number(c.id, m.extra) else m.extra end,
                             d.payload, d.trace)::outgoing)::claimed_delivery),
               array_agg(j.attempt), array_agg(d.id),
               count(*) filter (where c.reachable and d.kind < 3 and not topic_is_missing(c.chat_key)
                                  and (c.responder = 0 or d.epoch is null or d.epoch >= c.epoch))
        into v_claim, v_attempt, v_delivery, v_usual
        from unnest(v_job) e (id)
             cross join lateral (select k.conversation_id as line, next_attempt(k.attempt) as attempt,
                                        k.failures + k.deaths as failures
                                 from job k where k.id = e.id offset 0) j
             cross join lateral (select * from conversation o where o.id = j.line offset 0) c
             cross join lateral (select * from delivery h where h.conversation_id = j.line and h.settled_at is null
                                 order by h.place, h.id limit 1) d
             left join lateral (select * from message w where w.conversation_id = c.id and w.seq = d.seq offset 0) m on true;
    else
        v_usual := 0;
    end if;
    if v_usual < cardinality(v_job) then
        for i in 1 .. cardinality(v_job) loop
            return query select * from claim_delivery(v_job[i], p_worker[i]::int, p_claimant[i]::bigint, p_unsure[i]::boolean);
        end loop;
        return;
    end if;

    update job
    set state = 1, attempt = v_attempt[array_position(v_job, id)], pending = 0, worker_id = p_worker[1]::int,
        claimant = p_claimant[array_position(v_job, id)]::bigint, delivery_id = v_delivery[array_position(v_job, id)]
    where id = any (v_job);
    return query select * from unnest(v_claim);
end $$;
