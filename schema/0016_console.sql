-- What the console reads, and who may (common/store/console.c).  It changes nothing of a conversation:
-- orders go through desk() of 0013 like everybody's.

-- --- signing in ------------------------------------------------------------------------------------

-- Attempts in a row, by login and by address: "login:ann", "address:192.0.2.7"; and by a browser in which somebody
-- has signed in before: "device:<its number>".  Such a browser has a counter of its own for that login, so whoever
-- merely knows the login cannot keep its owner out.
create table lockout (
    key      text collate "C" primary key,
    failures int         not null,
    until    timestamptz not null,
    last_at  timestamptz not null
);

-- Counted before the password is looked at, so that many tries at once gain nothing.  From p_free tries on
-- each costs a wait, that doubles from 5 s to 15 minutes; an hour of silence forgives.  0, or seconds to wait.
create function attempt(p_key text, p_free int) returns int
language plpgsql as $$
declare
    v_failures int;
    v_until    timestamptz;
begin
    insert into lockout as l (key, failures, until, last_at) values (p_key, 1, now(), now())
    on conflict (key) do update
        set failures = case when l.last_at < now() - interval '1 hour' then 1 else l.failures + 1 end,
            last_at = now()
        where l.until <= now()
    returning l.failures into v_failures;
    if not found then
        select ceil(extract(epoch from l.until - now())) into v_failures from lockout l where l.key = p_key;
        return greatest(v_failures, 1);
    end if;
    if v_failures >= p_free then
        v_until := now() + least(900, 5 * 2 ^ least(v_failures - p_free, 20)) * interval '1 s';
        update lockout set until = v_until where key = p_key;
    end if;
    return 0;
end $$;

-- What counts attempts at p_login of a browser whose cookie says that p_owner has signed in there; null: nothing of its own.
create function device_key(p_login text, p_device text, p_owner int) returns text
language sql stable as $$
    select 'device:' || p_device from operator o where o.id = p_owner and o.login = p_login
$$;

create function signin_begin(p_login text, p_address text, p_device text default null, p_owner int default null,
                             out wait_s int, out operator_id int, out password text)
language plpgsql as $$
declare
    v_device text := device_key(p_login, p_device, p_owner);
begin
    if v_device is not null then
        wait_s := attempt(v_device, 5);
    else
        wait_s := attempt('address:' || p_address, 30);
        if wait_s = 0 then
            wait_s := attempt('login:' || left(p_login, 64), 5);
        end if;
    end if;
    if wait_s = 0 then
        select o.id, o.password into operator_id, password from operator o where o.login = p_login and o.enabled;
    end if;
end $$;

-- The password was right: p_password is the one it was compared with, in case it has changed meanwhile.
-- It forgives the counter that has counted it, and no other: else those who guess would gain by it.
create function signin_end(p_operator int, p_password text, p_address text, p_token bytea, p_csrf text,
                           p_device text default null, p_owner int default null)
returns boolean language plpgsql as $$
declare
    o        operator;
    v_device text;
begin
    update operator set seen_at = now()
    where id = p_operator and enabled and password = p_password returning * into o;
    if not found then
        return false;
    end if;
    v_device := device_key(o.login, p_device, p_owner);
    delete from lockout where key = coalesce(v_device, 'login:' || o.login);
    if v_device is null then
        update lockout set failures = greatest(failures - 1, 0), until = now() where key = 'address:' || p_address;
    end if;
    delete from session where operator_id = o.id and expires_at < now();
    insert into session (token_hash, operator_id, csrf, expires_at)
    values (p_token, o.id, p_csrf, now() + interval '30 days');
    insert into audit (operator_id, what, address) values (o.id, 'signed_in', p_address);
    return true;
end $$;

-- A login nobody has is not written down: people type passwords there.
create function signin_failed(p_login text, p_address text, p_device text default null, p_owner int default null) returns void
language plpgsql as $$
declare
    v_operator int := (select id from operator where login = p_login);
    v_device   text := device_key(p_login, p_device, p_owner);
    l          lockout;
begin
    insert into audit (operator_id, what, address) values (v_operator, 'sign_in_failed', p_address);
    for l in
        select * from lockout
        where until > now()
          and (key = v_device or v_device is null and key in ('login:' || left(p_login, 64), 'address:' || p_address))
    loop
        insert into audit (operator_id, what, detail, address)
        values (v_operator, 'locked_out', jsonb_build_object('by', split_part(l.key, ':', 1), 'failures', l.failures), p_address);
    end loop;
    delete from lockout where last_at < now() - interval '2 hours';
end $$;

create function role_name(p_role smallint) returns text
language sql immutable as $$ select case p_role when 2 then 'admin' else 'operator' end $$;

create function operator_json(o operator) returns json
language plpgsql stable as $$
begin
    return json_build_object('id', o.id, 'login', o.login, 'name', o.name,
        'role', role_name(o.role), 'enabled', o.enabled, 'on_duty', o.on_duty,
        'capacity', o.capacity, 'load', o.load, 'lang', o.lang,
        'telegram', exists(select from desk_chat d where d.operator_id = o.id));
end $$;

-- Who asks; nobody if the session is over: after 12 hours of silence, or 30 days.
create function session_operator(p_token bytea)
returns table (id int, role smallint, csrf text, lang text, name text, operator json, left_ms bigint)
language plpgsql as $$
#variable_conflict use_column
declare
    s session;
    o operator;
begin
    select * into s from session x
    where x.token_hash = p_token and x.expires_at > now() and x.seen_at > now() - interval '12 hours';
    if not found then
        return;
    end if;
    select * into o from operator x where x.id = s.operator_id and x.enabled;
    if not found then
        return;
    end if;
    if s.seen_at < now() - interval '1 minute' then
        update session set seen_at = now() -- what is locked is left: it comes in a group, and there will be a next time
        where token_hash = (select x.token_hash from session x where x.token_hash = p_token for no key update skip locked);
        update operator set seen_at = now()
        where operator.id = (select x.id from operator x where x.id = o.id for no key update skip locked);
    end if;
    return query select o.id, o.role, s.csrf, o.lang, o.name, operator_json(o),
        (extract(epoch from s.expires_at - now()) * 1000)::bigint;
end $$;

-- Those of a list that are not over.  They are of browsers that listen: an operator on duty who only watches is
-- there, and stays signed in; one off duty has twelve hours.
create function sessions_alive(p_tokens text[]) returns text
language sql as $$
    with watching as (
        select s.token_hash from session s join operator o on o.id = s.operator_id and o.enabled and o.on_duty
        where s.token_hash in (select decode(t, 'hex') from unnest(p_tokens) t)
          and s.expires_at > now() and s.seen_at between now() - interval '12 hours' and now() - interval '10 minutes'
        order by s.token_hash for update of s skip locked)
    update session s set seen_at = now() from watching w where s.token_hash = w.token_hash;
    select string_agg(t, ' ')
    from unnest(p_tokens) t
    join session s on s.token_hash = decode(t, 'hex') and s.expires_at > now() and s.seen_at > now() - interval '12 hours'
    join operator o on o.id = s.operator_id and o.enabled
$$;

-- True: that was the last place where the operator could be reached, who is on duty.
create function session_end(p_token bytea, p_address text) returns boolean
language plpgsql as $$
declare
    v_operator int;
begin
    delete from session where token_hash = p_token returning operator_id into v_operator;
    if not found then
        return false;
    end if;
    insert into audit (operator_id, what, address) values (v_operator, 'signed_out', p_address);
    return exists (select from operator o where o.id = v_operator and o.on_duty)
           and not exists (select from desk_chat d where d.operator_id = v_operator)
           and not exists (select from session s where s.operator_id = v_operator and s.expires_at > now()
                                                   and s.seen_at > now() - interval '12 hours');
end $$;

-- --- operators -------------------------------------------------------------------------------------

-- What an operator changes of themselves; p_keep is the session that stays when the password is new.
create function change_self(p_operator int, p_name text, p_lang text, p_password text, p_keep bytea, p_address text)
returns json language plpgsql as $$
declare
    o operator;
begin
    update operator
    set name = coalesce(p_name, name), lang = coalesce(p_lang, lang), password = coalesce(p_password, password)
    where id = p_operator returning * into o;
    if p_password is not null then
        delete from session where operator_id = p_operator and token_hash <> p_keep;
        delete from lockout where key = 'login:' || o.login;
        insert into audit (operator_id, what, address) values (p_operator, 'password_changed', p_address);
    end if;
    return operator_json(o);
end $$;

create function add_operator(p_by int, p_login text, p_name text, p_role smallint, p_password text, p_address text)
returns json language plpgsql as $$
declare
    o operator;
begin
    insert into operator (login, name, role, enabled, password, lang)
    select p_login, p_name, p_role, true, p_password, a.lang from operator a where a.id = p_by
    on conflict (login) do nothing returning * into o;
    if not found then
        return null;
    end if;
    insert into audit (operator_id, what, detail, address)
    values (p_by, 'operator_added', jsonb_build_object('operator', operator_then(o), 'role', role_name(o.role)), p_address);
    return operator_json(o);
end $$;

-- What is new of them, for the audit.
create function changed_of(old operator, o operator) returns jsonb
language sql immutable as $$
    select jsonb_strip_nulls(jsonb_build_object(
        'enabled', case when o.enabled <> old.enabled then o.enabled end,
        'role', case when o.role <> old.role then role_name(o.role) end,
        'capacity', case when o.capacity <> old.capacity then o.capacity end,
        'name', case when o.name <> old.name then o.name end))
$$;

-- Null: there is no such one; 'last' would be left without an administrator who can sign in.  p_texts: what they are
-- told when they are enabled or disabled, as for announce().
create function change_operator(p_by int, p_id int, p_change jsonb, p_address text, p_texts jsonb)
returns json language plpgsql as $$
declare
    old operator;
    o   operator;
begin
    perform pg_advisory_xact_lock(7004);
    select * into old from operator where id = p_id for update;
    if not found then
        return null;
    end if;
    update operator
    set enabled = coalesce((p_change ->> 'enabled')::boolean, enabled),
        role = coalesce(case p_change ->> 'role' when 'admin' then 2 when 'operator' then 1 end, role),
        capacity = coalesce((p_change ->> 'capacity')::int, capacity), name = coalesce(p_change ->> 'name', name)
    where id = p_id returning * into o;
    if (old.enabled and old.role = 2) and not (o.enabled and o.role = 2)
       and not exists (select from operator x where x.enabled and x.role = 2 and x.password is not null) then
        update operator set enabled = old.enabled, role = old.role, capacity = old.capacity, name = old.name
        where id = p_id;
        return to_json('last'::text);
    end if;
    if not o.enabled then
        delete from session where operator_id = p_id;
    end if;
    if o.enabled <> old.enabled then
        perform tell_enabled(p_id, o.enabled, p_texts, md5(random()::text));
        select * into o from operator where id = p_id; -- off duty, if they are disabled
    end if;
    insert into audit (operator_id, what, detail, address)
    select p_by, 'operator_changed', jsonb_build_object('operator', operator_then(old), 'change', c.change), p_address
    from changed_of(old, o) c (change) where c.change <> '{}';
    return operator_json(o);
end $$;

-- Whom operators write for, and what they need not type (the name: what is typed instead).
create function console_bots() returns json
language sql stable as $$
    select coalesce(json_agg(json_build_object('name', b.name, 'title', b.spec -> 'title',
                                               'canned', coalesce(b.spec -> 'canned', '[]')) order by b.id), '[]')
    from bot b where b.enabled
$$;

create function console_operators() returns json
language sql stable as $$
    select json_build_object('operators', coalesce(json_agg(operator_json(o) order by o.id), '[]')) from operator o
$$;

-- Bots that call a fixed group (0014), of which somebody is not there: what `tandem doctor` warns of.
create function console_gaps() returns json
language sql stable as $$
    select json_build_object('gaps', coalesce(json_agg(json_build_object(
        'bot', json_build_object('name', b.name, 'title', b.spec -> 'title'), 'missing', g.missing, 'present', g.present)
        order by b.id), '[]'))
    from bot b cross join lateral group_gaps(b.name) g
    where b.enabled and (b.spec -> 'handoff' ->> 'enabled')::boolean is not false and g.missing is not null
$$;

create function console_audit(p_before bigint, p_limit int) returns json
language sql stable as $$
    with page as (
        select a.* from audit a where p_before is null or a.id < p_before order by a.id desc limit p_limit)
    select json_build_object(
        'entries', coalesce(json_agg(json_build_object('at', iso(p.at), 'operator', o.name, 'what', p.what,
                                                       'detail', p.detail, 'address', p.address) order by p.id desc), '[]'),
        'next', case when count(*) = p_limit then min(p.id)::text end)
    from page p left join operator o on o.id = p.operator_id
$$;

-- --- jobs that died ----------------------------------------------------------------------------------

create function queue_name(p_queue smallint) returns text
language sql immutable as $$ select (array['llm', 'delivery', 'operator', 'grader', 'google'])[p_queue] $$;

create function dead_jobs(p_limit int) returns json
language sql stable as $$
    select json_build_object('jobs', coalesce(json_agg(json_build_object(
        'id', j.id, 'queue', queue_name(j.queue),
        'conversation', j.conversation_id, 'error', j.error, 'created_at', iso(j.created_at)) order by j.id desc), '[]'))
    from (select * from job where state = 2 order by id desc limit p_limit) j
$$;

-- Back into its lane; where somebody else has that meanwhile, they are told that there is more to do.  What a
-- line of deliveries lost when it died is sent after all.
create function revive_job(p_by int, p_job bigint, p_address text)
returns table (job_id bigint, queue smallint, kind smallint, conversation_id bigint, trace text)
language plpgsql as $$
#variable_conflict use_column
declare
    j job;
begin
    perform from conversation c where c.id = (select d.conversation_id from job d where d.id = p_job) for update;
    select * into j from job d where d.id = p_job and d.state = 2 for update;
    if not found then
        return;
    end if;
    insert into audit (operator_id, what, detail, address)
    select p_by, 'job_retried', jsonb_strip_nulls(jsonb_build_object('queue', queue_name(j.queue), 'conversation', c.id,
           'title', coalesce(c.title, (select p.name from person p where p.id = c.person_id)))), p_address
    from (select j.conversation_id) x left join conversation c on c.id = x.conversation_id;
    if j.queue = 2 then
        update delivery d set state = 0, error = null, settled_at = null
        where d.conversation_id = j.conversation_id and d.state = 3 and d.error = j.error;
    end if;
    delete from job d where d.id = p_job;
    return query
        insert into job as d (queue, kind, lane, conversation_id, trace, payload, stop_seq)
        values (j.queue, j.kind, case when j.queue = 1 and j.kind = 2 then -1 else 1 end * j.conversation_id,
                j.conversation_id, j.trace, j.payload, j.stop_seq)
        on conflict (queue, lane) do update set pending = d.pending + 1
        returning d.id, d.queue, d.kind, d.conversation_id, d.trace;
end $$;
