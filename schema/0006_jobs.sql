-- What all workers share: leases, retries, and the sweep (common/store/job.c).

-- When the clock of this machine was stepped back, leases of the dead would last for as long as the step,
-- and work that was due would wait for it.  The last renewal of any worker tells: it cannot have been
-- later than now.  What is locked at this moment is skipped: its holder is about to write the time anew.
-- A job of the future that is seen only afterwards, because its transaction was under way meanwhile, tells
-- by itself; beyond what any backlog's announcements reach there are few to look at.
create function mind_clock() returns void
language plpgsql as $$
declare
    v_back interval;
begin
    update job set run_at = now(), announce_at = now(), created_at = now()
    where id in (select id from job
                 where queue between 1 and 5 and announce_at > now() + interval '31 s'
                   and created_at > clock_timestamp() + interval '1 s'
                 for update skip locked);
    select max(alive_until - ttl) - clock_timestamp() into v_back from worker;
    if v_back is null or v_back < interval '1 s' or not pg_try_advisory_xact_lock(7002) then
        return;
    end if;
    update worker set alive_until = alive_until - v_back, held_since = held_since - v_back
    where id in (select id from worker where alive_until - ttl > now() for update skip locked);
    update job set run_at = greatest(run_at - v_back, now()), announce_at = greatest(announce_at - v_back, now())
    where id in (select id from job where state = 0 and (run_at > now() or announce_at > now())
                 for update skip locked);
end $$;

create function register_worker(p_queue smallint, p_name text, p_ttl_ms int) returns int
language plpgsql as $$
declare
    v_id int;
begin
    perform mind_clock();
    insert into worker (queue, name, ttl, alive_until)
    values (p_queue, p_name, p_ttl_ms * interval '1 ms', now() + p_ttl_ms * interval '1 ms')
    returning id into v_id;
    return v_id;
end $$;

-- False: the row is gone; register again.
create function renew_worker(p_worker int, p_ttl_ms int, p_in_flight int) returns boolean
language plpgsql as $$
begin
    perform mind_clock();
    update worker
    set alive_until = now() + p_ttl_ms * interval '1 ms', in_flight = p_in_flight,
        held_since = case when now() between held_since and alive_until then held_since else now() end
    where id = p_worker;
    return found;
end $$;

-- When the clock was stepped forward, or we were away, all leases have run out at once.  The living hold what they
-- have for as long as their own clocks say, which nobody steps.  So one of them must have held its lease for longer
-- than it lasts, and have renewed it lately: by then the others have renewed theirs, or know that it may be lost.
create function knows_the_dead() returns boolean language sql stable
return exists (select from worker where alive_until > now() + ttl / 2 and held_since < now() - ttl);

-- At a clean stop: what is still held goes back at once.  A job that somebody has locked at this
-- moment stays; then the row stays too, as that of a dead worker, and the sweep sees to it.
create function release_worker(p_worker int) returns int
language plpgsql as $$
declare
    n int;
begin
    with held as (
        select id from job
        where worker_id = p_worker and state = 1 and queue = (select queue from worker where id = p_worker)
        for update skip locked)
    update job set state = 0, worker_id = null, announce_at = now() where id in (select id from held);
    get diagnostics n = row_count;
    if exists (select from job where worker_id = p_worker and state = 1
                                 and queue = (select queue from worker where id = p_worker)) then
        update worker set alive_until = now() where id = p_worker;
    else
        delete from worker where id = p_worker;
    end if;
    return n;
end $$;

-- These two come without their conversation's order, so they must not wait: a row that is locked at this
-- moment makes them fail as temporary.
create function retry_job(p_job bigint, p_attempt int, p_delay_ms int, p_error text, out fenced boolean)
language plpgsql as $$
declare
    v_at timestamptz := now() + p_delay_ms * interval '1 ms';
begin
    perform from job where id = p_job and state = 1 and attempt = p_attempt for update nowait;
    fenced := not found;
    if not fenced then
        update job set state = 0, worker_id = null, failures = failures + 1, error = p_error,
                       run_at = v_at, announce_at = v_at
        where id = p_job;
    end if;
end $$;

-- A dead job is out of its lane, so that the conversation goes on; what it should have sent never will be.
create function bury(p_job bigint, p_error text) returns void
language plpgsql as $$
declare
    j job;
    d delivery;
begin
    update job set state = 2, lane = null, worker_id = null, error = p_error where id = p_job returning * into j;
    if j.queue = 2 then
        perform doubt_sending(j.delivery_id, j.claimant);
        for d in
            update delivery set state = 3, error = why(3::smallint, p_error), settled_at = now()
            where conversation_id = j.conversation_id and settled_at is null returning *
        loop
            perform tell_failure(d, d.error);
        end loop;
    end if;
end $$;

create function bury_job(p_job bigint, p_attempt int, p_error text, out fenced boolean)
language plpgsql as $$
begin
    perform from job where id = p_job and state = 1 and attempt = p_attempt for update nowait;
    fenced := not found;
    if not fenced then
        perform bury(p_job, p_error);
    end if;
end $$;

-- By one worker of a queue at a time.  Jobs whose worker is gone become ready; those that p_max_deaths
-- workers in a row died with are buried.  Ready jobs that nobody came for are returned, to be announced
-- again, at intervals that double up to 30 s: in a backlog most doorbells are only waiting, and a second
-- announcement is harmless but not free.  Nothing here waits for a lock.
create function sweep(p_queue smallint, p_limit int, p_max_deaths int)
returns table (job_id bigint, kind smallint, conversation_id bigint, trace text, buried boolean)
language plpgsql as $$
#variable_conflict use_column
declare
    -- a claim may name a worker whose row was just deleted: seldom enough to look for it only sometimes
    v_thorough boolean := random() < 0.01;
begin
    if not pg_try_advisory_xact_lock(7001, p_queue) then
        return;
    end if;
    if (v_thorough or exists (select from worker w where w.queue = p_queue and w.alive_until <= now()))
       and knows_the_dead() then
        for job_id, kind, conversation_id, trace, buried in
            with lost as (
                select j.id from job j
                where j.queue = p_queue and j.state = 1
                  and not exists (select from worker w where w.id = j.worker_id and w.alive_until > now())
                limit p_limit for update skip locked)
            update job j
            set state = 0, deaths = j.deaths + 1, worker_id = null, run_at = now(),
                announce_at = now() + interval '2 s'
            from lost where j.id = lost.id
            returning j.id, j.kind, j.conversation_id, j.trace, j.deaths >= p_max_deaths
        loop
            if buried then
                perform bury(job_id, 'its workers died');
            end if;
            return next;
        end loop;
        delete from worker w where w.queue = p_queue and w.alive_until < now() - interval '1 minute'
            and not exists (select from job j where j.queue = p_queue and j.state = 1 and j.worker_id = w.id);
    end if;
    return query
        with due as (
            select j.id from job j
            where j.queue = p_queue and j.announce_at <= now() and j.state = 0 and j.run_at <= now()
            order by j.announce_at limit p_limit for update skip locked)
        update job j
        set announce_at = now() + least(greatest(now() - j.run_at, interval '2 s'), interval '30 s')
        from due where j.id = due.id
        returning j.id, j.kind, j.conversation_id, j.trace, false;
end $$;
