-- operator-relay's calls: look at a case, move it on, show it to operators (common/store/desk.c).
--
-- A claim moves the case on: who is invited, whose time is over, what the person is told.  What operators
-- are to be shown is never remembered as a task: it is the difference between what is and what was shown,
-- so a claim says it again until a finish has recorded it.

alter table invitation
    add column told_round int     not null default -1,   -- the last round they were told of
    add column is_over    boolean not null default false; -- what they were sent says how it ended
alter table operator set (autovacuum_vacuum_threshold = 200);
create index operator_admin on operator (id) where enabled and role = 2;

-- --- business hours --------------------------------------------------------------------

-- The opening that `p_at` is in, or the next one; none within a fortnight and the longest holidays: no row.
-- A shift belongs to the day on which it begins, also where it goes on after midnight.
create function handoff_opening(p_hours jsonb, p_at timestamptz, out opens timestamptz, out closes timestamptz)
language plpgsql stable as $$
declare
    v_zone  text := coalesce(p_hours ->> 'zone', 'UTC');
    v_today date := (p_at at time zone v_zone)::date;
begin
    select s.opens, s.closes into opens, closes
    from generate_series(-1, 35) n,
         lateral (select v_today + n as day) d,
         jsonb_array_elements(p_hours -> 'open') e,
         lateral (select (d.day + (e ->> 'from')::time) at time zone v_zone as opens,
                         (d.day + (e ->> 'to')::time + case when (e ->> 'to')::time <= (e ->> 'from')::time
                                                            then interval '1 day' else interval '0' end)
                             at time zone v_zone as closes) s
    where extract(isodow from d.day) = (e ->> 'day')::int
      and not coalesce(p_hours -> 'holidays', '[]') ?| array[to_char(d.day, 'YYYY-MM-DD'), to_char(d.day, 'MM-DD')]
      and s.closes > p_at
    order by s.opens limit 1;
end $$;

create function handoff_is_open(p_policy jsonb, p_at timestamptz) returns boolean
language plpgsql stable as $$
begin
    return jsonb_array_length(coalesce(p_policy -> 'hours' -> 'open', '[]')) = 0
           or coalesce((select o.opens <= p_at from handoff_opening(p_policy -> 'hours', p_at) o), false);
end $$;

-- --- who is asked -----------------------------------------------------------------------

-- The next ones for a case, taken so that others ask others.  Every look is one at an index.
create function pick_operators(p_handoff bigint, p_pool text[], p_round int, p_limit int) returns int[]
language plpgsql as $$
declare
    v_ids int[];
begin
    if p_round >= 4 then
        select array_agg(a.id) into v_ids
        from (select o.id from operator o
              where o.enabled and o.role = 2
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.id limit 20) a;
    elsif p_pool is not null then
        select array_agg(a.id) into v_ids
        from (select o.id from operator o
              where o.login = any (p_pool) and o.enabled and o.on_duty and o.load < o.capacity
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.load, o.given_at limit case when p_round < 3 then p_limit else 50 end
              for no key update skip locked) a;
    else
        select array_agg(a.id) into v_ids
        from (select o.id from operator o
              where o.enabled and o.on_duty and o.load < o.capacity
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.load, o.given_at limit case when p_round < 3 then p_limit else 50 end
              for no key update skip locked) a;
    end if;
    if p_round < 4 then
        update operator set given_at = clock_timestamp() where id = any (v_ids);
    end if;
    return v_ids;
end $$;

-- A round of invitations: wider than the last, and at once wider still if that finds nobody new.
create function invite(p_handoff bigint, p_policy jsonb) returns void
language plpgsql as $$
declare
    h     handoff;
    v_ids int[];
    v_max int := (p_policy ->> 'rounds')::int;
begin
    select * into h from handoff where id = p_handoff;
    loop
        h.round := h.round + 1;
        v_ids := pick_operators(h.id, h.pool, h.round, case p_policy ->> 'assign' when 'balanced' then 1
                                                       else (p_policy ->> 'invite')::int end);
        exit when v_ids is not null or h.round >= v_max;
    end loop;
    if p_policy ->> 'assign' = 'balanced' and h.round < 4 and v_ids is not null then
        perform hold_case(h.id, v_ids[1], false, 'given');
        perform enqueue_duty(v_ids[1], h.trace); -- perhaps they have room for another; the sweep announces it
        return;
    end if;
    insert into invitation (handoff_id, operator_id, round) select h.id, i.id, h.round from unnest(v_ids) i (id)
    on conflict (handoff_id, operator_id) do update set state = 0, told_round = -1, is_over = false, delivery_id = null;
    update invitation set round = h.round where handoff_id = h.id and state = 0;
    update handoff
    set round = h.round, due_at = now() + (p_policy ->> 'repeat_s')::int * interval '1 s',
        is_starved = not exists (select from invitation i where i.handoff_id = h.id and i.state = 0)
    where id = h.id;
    if v_ids is not null then
        perform note_event(h.id, case h.round when 1 then 'invited' else 'widened' end, null, cardinality(v_ids)::text);
    end if;
end $$;

-- --- what the person is told --------------------------------------------------------------

-- Where a case stands among those that wait; 50 is "50 or more", so that looking stays cheap.
create function queue_place(p_called timestamptz, p_id bigint) returns int
language plpgsql stable as $$
begin
    return 1 + (select count(*) from (
        select from handoff h where h.state = 1 and (h.called_at, h.id) < (p_called, p_id)
        order by h.called_at desc, h.id desc limit 49) q);
end $$;

-- How long people waited lately, in seconds; null when too few did to tell.
create function expected_wait() returns int
language plpgsql stable as $$
begin
    return (select case when count(*) >= 3 then ceil(percentile_cont(0.5) within group (order by w.s)) end
            from (select extract(epoch from h.taken_at - h.called_at) as s from handoff h
                  where h.taken_at > now() - interval '1 day' order by h.taken_at desc limit 20) w);
end $$;

-- p_what: 'waiting', 'requeued' or 'queue', with the place and the wait as far as they are known.
create function tell_queue(p_handoff bigint, p_what text, p_texts jsonb, p_trace text) returns bigint
language plpgsql as $$
declare
    h       handoff;
    v_lang  text;
    v_place int;
    v_wait  int := expected_wait();
    v_body  text;
    v_job   bigint;
begin
    select * into h from handoff where id = p_handoff;
    select reads_lang(c.lang) into v_lang from conversation c where c.id = h.conversation_id;
    v_place := queue_place(h.called_at, h.id);
    v_body := concat_ws(' ', p_texts -> p_what ->> v_lang,
                        case when v_place > 1 then replace(p_texts -> 'queue_place' ->> v_lang, '{place}',
                                                           case when v_place >= 50 then '50+' else v_place::text end) end,
                        case when v_wait >= 60 then replace(p_texts -> 'queue_wait' ->> v_lang, '{minutes}', ((v_wait + 59) / 60)::text)
                             when v_wait is not null then p_texts -> 'queue_soon' ->> v_lang end);
    select p.delivery_job into v_job
    from publish(h.conversation_id, 3::smallint, v_body,
                 jsonb_build_object('event', p_what, 'place', v_place, 'wait_s', v_wait), p_trace) p;
    update handoff set told = p_what, told_place = v_place, told_at = now() where id = h.id;
    return v_job;
end $$;

-- --- moving a case on -----------------------------------------------------------------------

-- When something is due in a case.
create type case_times as (unattended timestamptz, idle timestamptz, person_idle timestamptz, left_message timestamptz);

create function case_times(h handoff, c conversation, p_policy jsonb) returns case_times
language plpgsql stable as $$
declare
    t       case_times;
    v_asked timestamptz;
    v_last  timestamptz;
begin
    select m.created_at into v_last from message m where m.conversation_id = c.id and m.seq = c.last_seq;
    v_last := greatest(v_last, h.taken_at, h.called_at);
    if h.state = 2 then
        select m.created_at into v_asked from message m
        where m.conversation_id = c.id and m.seq > greatest(h.spoke_seq, h.called_seq - 1) and m.author = 0
        order by m.seq limit 1;
        if not h.has_joined then
            t.unattended := h.taken_at + (p_policy ->> 'repeat_s')::int * interval '1 s';
        end if;
        t.idle := greatest(v_asked, h.taken_at) + (p_policy ->> 'idle_s')::int * interval '1 s';
        if v_asked is null then
            t.idle := null;
            t.person_idle := v_last + (p_policy ->> 'person_idle_s')::int * interval '1 s';
        end if;
    elsif h.leaving then
        t.left_message := v_last + interval '2 minutes';
    end if;
    return t;
end $$;

create type case_step as (delivery_job bigint, llm_job bigint, free_job bigint);

-- The person hears p_what, and the case is over.
create function step_end(inout s case_step, h handoff, p_outcome text, p_what text, p_texts jsonb, p_trace text)
language plpgsql as $$
begin
    if p_what is not null then
        select a.delivery_job into s.delivery_job
        from announce(h.conversation_id, p_what, p_texts, null,
                      case p_what when 'closed' then jsonb_build_object('rate', h.id) else '{}' end, p_trace) a;
    end if;
    select e.llm_job, e.free_job into s.llm_job, s.free_job
    from end_case(h.id, p_outcome, coalesce(p_what, p_outcome), null, p_trace) e;
end $$;

create function step_notice(h handoff, p_what text) returns void
language plpgsql as $$
begin
    insert into desk_notice (operator_id, conversation_id, what) values (h.operator_id, h.conversation_id, p_what);
end $$;

-- A reply is proposed once for what the person said last, while nobody has replied.
create function step_suggest(h handoff, c conversation, p_policy jsonb, p_trace text) returns bigint
language plpgsql as $$
declare
    v_seq bigint;
begin
    if not (p_policy ->> 'suggest')::boolean then
        return null;
    end if;
    select max(m.seq) into v_seq from message m
    where m.conversation_id = c.id and m.author = 0 and m.seq > greatest(h.spoke_seq, h.suggested_seq, h.called_seq - 1);
    if v_seq is null then
        return null;
    end if;
    update handoff set suggested_seq = v_seq where id = h.id;
    return ask_suggestion(c.id, p_trace);
end $$;

-- With an operator: are both still there?
create function step_held(inout s case_step, h handoff, c conversation, p_policy jsonb, p_texts jsonb, p_trace text)
language plpgsql as $$
declare
    t     case_times := case_times(h, c, p_policy);
    v_why text := case when (select not o.enabled or o.left_at >= h.taken_at from operator o where o.id = h.operator_id)
                            then 'left'
                       when t.unattended <= now() then 'unattended'
                       when t.idle <= now() then 'idle' end;
begin
    if v_why is not null then
        perform step_notice(h, v_why);
        s.free_job := requeue_case(h.id, v_why, p_trace);
    elsif t.person_idle <= now() then
        perform step_notice(h, 'expired');
        s := step_end(s, h, 'expired', 'closed', p_texts, p_trace);
    end if;
end $$;

-- Where the words say {opens}, they say when.
create function opening_texts(p_texts jsonb, p_hours jsonb, p_lang text) returns jsonb
language plpgsql stable as $$
declare
    v_zone  text := coalesce(p_hours ->> 'zone', 'UTC');
    v_lang  text := reads_lang(p_lang);
    v_opens timestamp := (select o.opens at time zone v_zone from handoff_opening(p_hours, now()) o);
    v_date  text := case when v_opens::date = (now() at time zone v_zone)::date then 'opens_today' else 'opens' end;
    v_text  text := replace(replace(coalesce(p_texts -> v_date ->> v_lang, ''), '{date}',
                            to_char(v_opens, case v_lang when 'ru' then 'DD.MM' else 'FMDD Mon' end)),
                            '{time}', to_char(v_opens, 'HH24:MI'));
begin
    return replace(p_texts::text, '{opens}', coalesce(v_text, ''))::jsonb;
end $$;

-- Nobody will come now.  The notice is given once for a closed time; whoever asks again hears something shorter.
create function step_closed(inout s case_step, h handoff, c conversation, p_policy jsonb, p_texts jsonb, p_trace text)
language plpgsql as $$
declare
    v_told  boolean := c.notice_at is not null
                       and coalesce((select o.opens > now() from handoff_opening(p_policy -> 'hours', c.notice_at) o), true);
begin
    p_texts := opening_texts(p_texts, p_policy -> 'hours', c.lang);
    update conversation set notice_at = now() where id = c.id;
    if coalesce(p_policy -> 'hours' ->> 'closed', 'message') = 'bot' then
        s := step_end(s, h, 'unanswered', case when v_told then 'nobody' else 'closed_hours' end, p_texts, p_trace);
        return;
    end if;
    update handoff set leaving = true where id = h.id;
    select a.delivery_job into s.delivery_job
    from announce(c.id, case when v_told then 'leave_message' else 'closed_message' end, p_texts, null, '{}', p_trace) a;
end $$;

create function step_waiting(inout s case_step, h handoff, c conversation, p_policy jsonb, p_texts jsonb, p_trace text)
language plpgsql as $$
declare
    t case_times := case_times(h, c, p_policy);
begin
    if h.leaving then
        if t.left_message <= now() then
            s := step_end(s, h, 'message', 'message_left', p_texts, p_trace);
        end if;
        return;
    elsif h.told is null and not handoff_is_open(p_policy, now()) then
        s := step_closed(s, h, c, p_policy, p_texts, p_trace);
        return;
    end if;
    if h.told is null then
        update handoff
        set pool = case p_policy ->> 'assign' when 'group' then
                       array(select jsonb_array_elements_text(coalesce(p_policy -> 'group', '[]'))) end
        where id = h.id;
        s.delivery_job := tell_queue(h.id, case when h.reason in ('idle', 'left', 'transfer', 'unattended')
                                                then 'requeued' else 'waiting' end, p_texts, p_trace);
    end if;
    if h.due_at > now() then
        null;
    elsif h.round < (p_policy ->> 'rounds')::int then
        perform invite(h.id, p_policy);
    elsif p_policy ->> 'at_end' = 'wait' then -- all over again, and those who declined are asked again
        delete from invitation where handoff_id = h.id and state = 2;
        update handoff set round = 0 where id = h.id;
        perform invite(h.id, p_policy);
    elsif p_policy ->> 'at_end' = 'message' then
        update handoff set leaving = true where id = h.id;
        select a.delivery_job into s.delivery_job from announce(c.id, 'leave_message', p_texts, null, '{}', p_trace) a;
        return;
    else
        s := step_end(s, h, 'unanswered', 'nobody', p_texts, p_trace);
        return;
    end if;
    if h.told is not null and h.told_at < now() - interval '30 s' and h.told_place > 1
       and queue_place(h.called_at, h.id) < h.told_place - h.told_place / 5 then
        s.delivery_job := coalesce(tell_queue(h.id, 'queue', p_texts, p_trace), s.delivery_job);
    end if;
end $$;

-- When to look again.
create function next_look(h handoff, c conversation, p_policy jsonb) returns timestamptz
language plpgsql stable as $$
declare
    t case_times := case_times(h, c, p_policy);
begin
    if h.state = 2 then
        return least(t.unattended, t.idle, t.person_idle);
    elsif h.leaving then
        return t.left_message;
    end if;
    return least(h.due_at, case when h.told_place > 1 then h.told_at + interval '31 s' end);
end $$;

-- --- what operators are to be shown -----------------------------------------------------------

-- {"operator": {"id", "name", "lang"}, "desk": the conversation to write in, "channel", "chat"}
create function desk_of(p_operator int, p_client bigint) returns json
language plpgsql stable as $$
begin
    return (select json_build_object(
                'operator', json_build_object('id', o.id, 'name', o.name, 'lang', o.lang), 'desk', c.id,
                'channel', c.channel_id, 'chat', c.chat_key)
            from operator o join desk_chat d on d.operator_id = o.id
            left join desk_topic t on t.client_id = p_client and t.desk_id = desk_home(d.conversation_id)
            join conversation c on c.id = coalesce(t.conversation_id, d.conversation_id)
            where o.id = p_operator);
end $$;

-- [seq, author, body, extra, created_at] each, the newest p_limit after p_after.
create function case_messages(p_conversation bigint, p_after bigint, p_limit int) returns json
language plpgsql stable as $$
begin
    return (select coalesce(json_agg(json_build_array(m.seq, m.author, m.body, m.extra, iso(m.created_at)) order by m.seq), '[]')
            from (select * from message n where n.conversation_id = p_conversation and n.seq > p_after
                  order by n.seq desc limit p_limit) m);
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
               'body', case n.what when 'notice' then
                           (select m.body from message m where m.conversation_id = c.id and m.seq = n.seq) end)) into v_notes
    from (select x.*, desk_of(x.operator_id, case when x.what not in ('invitation', 'reminder', 'answered') then c.id end) as desk
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
            'id', h.id, 'reason', h.reason, 'detail', h.detail, 'called_at', iso(h.called_at), 'round', h.round,
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
    suggestion_job bigint, trace text, work json);

-- The claim need not be on disk at once: if it has changed anything, a finish follows, which is.
--
-- status: 0 claimed (there is something to show or to tell: finish it), 1 gone, 2 busy, 3 early (wait_ms), 4 nothing to show, and
-- the job is at rest.  p_texts: as for announce().  p_unsure: a claim whose answer was lost may have succeeded.
create function claim_handoff(p_job bigint, p_worker int, p_unsure boolean, p_texts jsonb) returns case_claim
language plpgsql as $$
declare
    j job;
    c conversation;
    h handoff;
    p jsonb;
    s case_step;
    r case_claim;
    v_before record;
begin
    select * into j from job where id = p_job for update skip locked;
    if not found then
        r.status := case when exists (select from job where id = p_job) then 2 else 1 end;
        return r;
    end if;
    r.wait_ms := ceil(extract(epoch from least(j.run_at, now() + interval '1 day') - clock_timestamp()) * 1000);
    if j.kind <> 1 or j.state <> 0 and not (p_unsure and j.state = 1 and j.worker_id = p_worker) then
        r.status := 1;
        return r;
    elsif j.state = 0 and r.wait_ms > 0 then
        r.status := 3;
        return r;
    end if;
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
    r.trace := j.trace;
    return r;
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
    if p_note ? 'payload' then
        insert into delivery (conversation_id, place, kind, payload, trace)
        values ((p_note ->> 'desk')::bigint, p_place, coalesce((p_note ->> 'kind')::smallint, 3), p_note -> 'payload', p_trace)
        returning id into v_delivery;
        insert into relay (delivery_id, desk_id, conversation_id, seq, kind)
        values (v_delivery, (p_note ->> 'desk')::bigint, p_conversation, v_seq,
                case when v_what = 'message' then 1 when v_what in ('invitation', 'reminder') then 2 when v_what = 'suggestion' then 3
                     when v_what = 'card' then 4 when v_what = 'history' then 5 else 6 end);
    end if;
    case
        when v_what in ('invitation', 'reminder') then
            update invitation set told_round = round, delivery_id = v_delivery
            where handoff_id = p_handoff and operator_id = v_operator;
        when v_what = 'answered' then
            update invitation set is_over = true where handoff_id = p_handoff and operator_id = v_operator;
        when v_what = 'history' then
            update handoff set shown_to = v_operator where id = p_handoff;
            update conversation set relayed_seq = greatest(relayed_seq, v_seq) where id = p_conversation;
        when v_what = 'message' then
            update conversation set relayed_seq = greatest(relayed_seq, v_seq) where id = p_conversation;
        when v_what = 'suggestion' then
            update suggestion set shown = true where id = v_id;
        when v_what = 'notice' then
            delete from desk_notice where id = v_id;
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
    v_place   bigint := floor(extract(epoch from clock_timestamp()) * 1000) * 1000;
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
        for n in select * from jsonb_array_elements(p_notes) where not value ? 'self' loop
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
    j job;
    o operator;
begin
    select * into j from job where id = p_job for update skip locked;
    if not found then
        status := case when exists (select from job where id = p_job) then 2 else 1 end;
        return;
    elsif j.kind <> 3 or j.state <> 0 and not (p_unsure and j.state = 1 and j.worker_id = p_worker) then
        status := 1;
        return;
    end if;
    update job set state = 1, attempt = next_attempt(j.attempt), worker_id = p_worker, pending = 0
    where id = p_job returning job.attempt into attempt;
    status := 0;
    trace := j.trace;
    select * into o from operator where id = -j.lane;
    if random() < 0.01 then
        delete from desk_order where created_at < now() - interval '2 days';
    end if;
    if o.enabled and o.on_duty and o.load < o.capacity then
        with next as (
            select h.id from handoff h where h.state = 1 and h.is_starved and (h.pool is null or o.login = any (h.pool))
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
