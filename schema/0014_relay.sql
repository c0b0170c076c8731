-- What policy and time do to a case: business hours, who is invited, whose time is over, what the person is told.
-- Called by the looks of operator-relay (0020_looks.sql).

alter table invitation
    add column told_round int     not null default -1,   -- the last round they were told of
    add column is_over    boolean not null default false; -- what they were sent says how it ended
alter table operator set (autovacuum_vacuum_threshold = 200);
create index operator_admin on operator (id) where enabled and role = 2;

-- --- business hours --------------------------------------------------------------------

-- The opening that `p_at` is in, or the next one; none within a fortnight and the longest holidays: no row.
-- A shift belongs to the day on which it begins, also where it goes on after midnight.  A holiday is one from its
-- own midnight on: a shift that would run on into it ends there, and none begins in it, nor goes on after it.
create function is_holiday(p_hours jsonb, p_day date) returns boolean
language plpgsql immutable as $$
begin
    return coalesce(p_hours -> 'holidays', '[]') ?| array[to_char(p_day, 'YYYY-MM-DD'), to_char(p_day, 'MM-DD')];
end $$;

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
                         (case when (e ->> 'to')::time > (e ->> 'from')::time then d.day + (e ->> 'to')::time
                              when is_holiday(p_hours, d.day + 1) then d.day + time '24:00'
                              else d.day + 1 + (e ->> 'to')::time end) at time zone v_zone as closes) s
    where extract(isodow from d.day) = (e ->> 'day')::int and not is_holiday(p_hours, d.day) and s.closes > p_at
    order by s.opens limit 1;
end $$;

create function handoff_is_open(p_policy jsonb, p_at timestamptz) returns boolean
language plpgsql stable as $$
begin
    return jsonb_array_length(coalesce(p_policy -> 'hours' -> 'open', '[]')) = 0
           or coalesce((select o.opens <= p_at from handoff_opening(p_policy -> 'hours', p_at) o), false);
end $$;

-- --- who is asked -----------------------------------------------------------------------

-- Who is meant, by small letters: a login, the number of their account in Telegram, or @name there.
create function operators_named(p_names text[]) returns int[]
language plpgsql stable as $$
begin
    return array(
        select o.id from operator o where o.login = any (p_names)
        union
        select d.operator_id from desk_chat d
        where d.handle = any (array(select substr(n, 2) from unnest(p_names) n where n like '@%'))
        union
        select d.operator_id from channel h, unnest(p_names) n, conversation c, desk_chat d
        where h.kind = 'desk' and n ~ '^[0-9]+$' and c.channel_id = h.id and c.chat_key = n and d.conversation_id = c.id);
end $$;

-- The same, the other way round.
create function names_of(o operator) returns text[]
language plpgsql stable as $$
begin
    return array_remove(
        o.login || (select array['@' || d.handle, c.chat_key] from desk_chat d join conversation c on c.id = d.conversation_id
                    where d.operator_id = o.id), null);
end $$;

-- Those of a bot's fixed group who are not there, or not enabled, and how many are; null: it has no such group.
create function group_gaps(p_bot text, out missing text, out present int)
language plpgsql stable as $$
begin
    select string_agg(g.name, ', ' order by g.n) filter (where g.ids = '{}'), count(*) filter (where g.ids <> '{}')
    into missing, present
    from (select m.name, m.n, array(select o.id from operator o where o.id = any (operators_named(array[lower(m.name)])) and o.enabled) as ids
          from bot b, jsonb_array_elements_text(b.spec -> 'handoff' -> 'group') with ordinality m (name, n)
          where b.name = p_bot and b.spec -> 'handoff' ->> 'assign' = 'group') g
    having count(*) > 0;
end $$;

-- Whom a bot's cases are for, as handoff.pool.
create function handoff_pool(p_policy jsonb) returns text[]
language plpgsql immutable as $$
begin
    return case p_policy ->> 'assign' when 'group' then
               array(select lower(jsonb_array_elements_text(coalesce(p_policy -> 'group', '[]')))) end;
end $$;

-- Sooner or later somebody would be asked who is enabled: administrators too, if there are so many rounds.
create function may_come(p_policy jsonb, p_pool text[]) returns boolean
language plpgsql stable as $$
declare
    v_pool int[] := case when p_pool is not null then operators_named(p_pool) end;
begin
    return exists (select from operator o where o.enabled and (v_pool is null or o.id = any (v_pool)))
           or (p_policy ->> 'rounds')::int >= 4 and exists (select from operator o where o.enabled and o.role = 2);
end $$;

-- The next ones for a case, taken so that others ask others.  Every look is one at an index, and bounded: a round
-- locks whom it asks and is a delivery for each, so from the third on it asks up to 50 more of those who are free,
-- and from the fourth on up to 20 administrators besides.  Who was asked stays asked, so later rounds reach the rest.
create function pick_operators(p_handoff bigint, p_pool text[], p_round int, p_limit int) returns int[]
language plpgsql as $$
declare
    v_limit  int := case when p_round < 3 then p_limit else 50 end;
    v_pool   int[];
    v_ids    int[];
    v_admins int[];
begin
    if p_pool is not null then
        v_pool := operators_named(p_pool);
        select array_agg(a.id) into v_ids
        from (select o.id from operator o
              where o.id = any (v_pool) and o.enabled and o.on_duty and o.load < o.capacity
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.load, o.given_at limit v_limit for no key update skip locked) a;
    else
        select array_agg(a.id) into v_ids
        from (select o.id from operator o
              where o.enabled and o.on_duty and o.load < o.capacity
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.load, o.given_at limit v_limit for no key update skip locked) a;
    end if;
    update operator set given_at = clock_timestamp() where id = any (v_ids);
    if p_round >= 4 then
        select array_agg(a.id) into v_admins
        from (select o.id from operator o
              where o.enabled and o.role = 2 and (o.id = any (v_ids)) is not true
                and not exists (select from invitation i where i.handoff_id = p_handoff and i.operator_id = o.id and i.state in (0, 2))
              order by o.id limit 20) a;
    end if;
    return v_ids || v_admins;
end $$;

-- Somebody who may still come is at work, and has no room just now.
create function is_busy(h handoff) returns boolean
language plpgsql stable as $$
declare
    v_pool int[] := case when h.pool is not null then operators_named(h.pool) end;
begin
    return exists (
        select from operator o
        where o.enabled and o.on_duty and o.load >= o.capacity and (v_pool is null or o.id = any (v_pool))
          and not exists (select from invitation i where i.handoff_id = h.id and i.operator_id = o.id and i.state = 2));
end $$;

-- A round of invitations: wider than the last, and at once wider still if that finds nobody new.  While those who are at
-- work have no room, administrators are asked at once, but patience lasts as long as ever: whoever has room first is
-- asked (claim_duty()).
create function invite(p_handoff bigint, p_policy jsonb) returns void
language plpgsql as $$
declare
    h       handoff;
    v_ids   int[];
    v_max   int := (p_policy ->> 'rounds')::int;
    v_width int;
begin
    select * into h from handoff where id = p_handoff;
    v_width := h.round;
    loop
        v_width := v_width + 1;
        v_ids := pick_operators(h.id, h.pool, v_width, case p_policy ->> 'assign' when 'balanced' then 1
                                                       else (p_policy ->> 'invite')::int end);
        exit when v_ids is not null or v_width >= v_max;
    end loop;
    h.round := case when v_width > h.round + 1 and is_busy(h) then h.round + 1 else v_width end;
    if p_policy ->> 'assign' = 'balanced' and v_width < 4 and v_ids is not null then
        perform hold_case(h.id, v_ids[1], false, 'given');
        perform enqueue_duty(v_ids[1], h.trace); -- perhaps they have room for another; the sweep announces it
        return;
    end if;
    insert into invitation (handoff_id, operator_id, round) select h.id, i.id, h.round from unnest(v_ids) i (id)
    on conflict (handoff_id, operator_id) do update
        set state = 0, round = excluded.round, told_round = -1, is_over = false, delivery_id = null;
    if h.round > 1 then -- who was asked before is reminded
        update invitation set round = h.round where handoff_id = h.id and state = 0;
    end if;
    update handoff
    set round = h.round, due_at = now() + (p_policy ->> 'repeat_s')::int * interval '1 s',
        is_starved = not exists (
            select from invitation i join operator o on o.id = i.operator_id
            where i.handoff_id = h.id and i.state = 0 and o.on_duty and o.load < o.capacity)
    where id = h.id;
    if v_ids is not null then
        perform note_event(h.id, case v_width when 1 then 'invited' else 'widened' end, null, cardinality(v_ids)::text);
    end if;
end $$;

-- --- what the person is told --------------------------------------------------------------

-- Where a case stands among those that wait for somebody to come; 50 is "50 or more", so that looking stays cheap.
create function queue_place(p_called timestamptz, p_id bigint) returns int
language plpgsql stable as $$
begin
    return 1 + (select count(*) from (
        select from handoff h where h.state = 1 and not h.leaving and (h.called_at, h.id) < (p_called, p_id)
        order by h.called_at desc, h.id desc limit 49) q);
end $$;

-- How long people waited lately, in seconds; null when too few did to tell.
create function expected_wait() returns int
language plpgsql stable as $$
begin
    return (select case when count(*) >= 3 then ceil(percentile_cont(0.5) within group (order by w.waited_s)) end
            from (select h.waited_s from handoff h
                  where h.waited_s is not null and h.taken_at > now() - interval '1 day' order by h.taken_at desc limit 20) w);
end $$;

-- All those places at once, as queue_place() and expected_wait() have them: {"wait_s", "places": [[channel, chat,
-- place], ...], "more"}; "more": there are others, whose place is 50.
create function queue_places() returns json
language sql stable as $$
    with first as (
        select h.conversation_id, row_number() over (order by h.called_at, h.id) as place
        from (select * from handoff where state = 1 and not leaving order by called_at, id limit 50) h)
    select json_build_object(
        'wait_s', expected_wait(),
        'places', (select coalesce(json_agg(json_build_array(c.channel_id, c.chat_key, f.place) order by f.place), '[]')
                   from first f join conversation c on c.id = f.conversation_id where f.place < 50),
        'more', (select count(*) = 50 from first))
$$;

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

-- How busy humans are, for whoever watches over them: people who wait and how long the first has waited, chats with
-- operators, operators on duty and those of them who have room for more.
create function desk_load(out waiting bigint, out oldest_s float8, out held bigint, out on_duty bigint, out free bigint)
language sql stable as $$
    select w.n, w.oldest_s, o.held, o.on_duty, o.free
    from (select count(*) as n, coalesce(extract(epoch from now() - min(h.called_at)), 0)::float8 as oldest_s
          from handoff h where h.state = 1 and not h.leaving) w,
         (select coalesce(sum(p.load), 0)::bigint as held, count(*) filter (where p.enabled and p.on_duty) as on_duty,
                 count(*) filter (where p.enabled and p.on_duty and p.load < p.capacity) as free from operator p) o
$$;

-- --- moving a case on -----------------------------------------------------------------------

-- When something is due in a case; null: never.
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
        if v_asked is not null then
            t.idle := greatest(v_asked, h.taken_at) + nullif((p_policy ->> 'idle_s')::int, 0) * interval '1 s';
        else
            t.person_idle := v_last + nullif((p_policy ->> 'person_idle_s')::int, 0) * interval '1 s';
        end if;
    elsif h.leaving then
        t.left_message := v_last + interval '2 minutes';
    end if;
    return t;
end $$;

-- alone: there was nobody who could have been asked.
create type case_step as (delivery_job bigint, llm_job bigint, free_job bigint, alone boolean);

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
    where m.conversation_id = c.id and m.author = 0 and m.seq > greatest(h.spoke_seq, h.suggested_seq, h.called_seq - 1)
      and (m.extra ? 'aside') is not true; -- to a call there is nothing to say
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
        s.free_job := requeue_case(h.id, v_why, p_trace);
        if v_why = 'unattended' then -- who has nothing else to do, and does not begin this, is not there
            update operator set on_duty = false, left_at = clock_timestamp() where id = h.operator_id and load = 0;
        end if;
        perform step_notice(h, case when v_why = 'unattended' and found then 'absent' else v_why end);
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
    update handoff set leaving = true, is_starved = false where id = h.id;
    select a.delivery_job into s.delivery_job
    from announce(c.id, case when v_told then 'leave_message' else 'closed_message' end, p_texts, null, '{}', p_trace) a;
end $$;

-- Whoever has said nothing but "/operator" has left no message.
create function has_left(h handoff) returns boolean
language plpgsql stable as $$
begin
    return exists (select from message m where m.conversation_id = h.conversation_id and m.seq >= h.called_seq
                                           and m.author = 0 and (m.extra ? 'aside' and m.body ^@ '/') is not true);
end $$;

-- Nobody came, or could come.
create function step_unanswered(inout s case_step, h handoff, p_policy jsonb, p_texts jsonb, p_trace text)
language plpgsql as $$
begin
    if p_policy ->> 'at_end' = 'bot' then
        s := step_end(s, h, 'unanswered', 'nobody', p_texts, p_trace);
        return;
    end if;
    update handoff set leaving = true, is_starved = false where id = h.id;
    select a.delivery_job into s.delivery_job
    from announce(h.conversation_id, 'leave_message', p_texts, null, '{}', p_trace) a;
end $$;

create function step_waiting(inout s case_step, h handoff, c conversation, p_policy jsonb, p_texts jsonb, p_trace text)
language plpgsql as $$
declare
    t case_times := case_times(h, c, p_policy);
begin
    if h.told is null then
        h.pool := handoff_pool(p_policy);
        update handoff set pool = h.pool where id = h.id and pool is distinct from h.pool;
    end if;
    if h.leaving then
        if t.left_message <= now() and not has_left(h) then
            s := step_end(s, h, 'unanswered', null, p_texts, p_trace);
        elsif t.left_message <= now() then
            s := step_end(s, h, 'message', 'message_left', p_texts, p_trace);
        end if;
        return;
    elsif not c.reachable then -- who has blocked us does not wait any more
        perform note_event(h.id, 'blocked', null, null);
        s := step_end(s, h, 'expired', null, p_texts, p_trace);
        return;
    elsif (h.told is null or h.due_at <= now() and h.round >= (p_policy ->> 'rounds')::int)
          and not handoff_is_open(p_policy, now()) then -- then, or by now
        s := step_closed(s, h, c, p_policy, p_texts, p_trace);
        return;
    elsif (h.told is null or h.due_at <= now()) and p_policy ->> 'at_end' <> 'wait' and not may_come(p_policy, h.pool) then
        perform note_event(h.id, 'alone', null, null);
        s := step_unanswered(s, h, p_policy, p_texts, p_trace);
        s.alone := true;
        return;
    end if;
    if h.told is null then
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
    else
        s := step_unanswered(s, h, p_policy, p_texts, p_trace);
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
