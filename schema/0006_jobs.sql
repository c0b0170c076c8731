-- What all workers share: leases, retries, and the sweep (common/store/job.c).

create function register_worker(p_queue smallint, p_name text, p_ttl_ms int) returns int
language sql as $$
    insert into worker (queue, name, alive_until) values (p_queue, p_name, now() + p_ttl_ms * interval '1 ms')
    returning id
$$;

-- False: the row is gone; register again.
create function renew_worker(p_worker int, p_ttl_ms int, p_in_flight int) returns boolean
language plpgsql as $$
begin
    update worker set alive_until = now() + p_ttl_ms * interval '1 ms', in_flight = p_in_flight where id = p_worker;
    return found;
end $$;

-- At a clean stop: what is still held goes back at once.
create function release_worker(p_worker int) returns int
language plpgsql as $$
declare
    n int;
begin
    update job set state = 0, worker_id = null, announced_at = '-infinity' where worker_id = p_worker and state = 1;
    get diagnostics n = row_count;
    delete from worker where id = p_worker;
    return n;
end $$;

create function retry_job(p_job bigint, p_attempt int, p_delay_ms int, p_error text, out fenced boolean)
language plpgsql as $$
begin
    update job set state = 0, worker_id = null, failures = failures + 1, error = p_error,
                   run_at = now() + p_delay_ms * interval '1 ms'
    where id = p_job and state = 1 and attempt = p_attempt;
    fenced := not found;
end $$;

create function bury_job(p_job bigint, p_attempt int, p_error text, out fenced boolean)
language plpgsql as $$
begin
    update job set state = 2, lane = null, worker_id = null, error = p_error
    where id = p_job and state = 1 and attempt = p_attempt;
    fenced := not found;
end $$;

-- By one worker of a queue at a time: jobs whose worker is gone become ready, jobs that killed
-- p_max_attempts workers are buried, and ready jobs that nobody seems to have heard of are
-- returned, to be announced again.  A second announcement of a job is harmless.
create function sweep(p_queue smallint, p_limit int, p_max_attempts int)
returns table (job_id bigint, kind smallint, conversation_id bigint, trace text, buried boolean)
language plpgsql as $$
#variable_conflict use_column
begin
    if not pg_try_advisory_xact_lock(7001, p_queue) then
        return;
    end if;
    return query
        with lost as (
            select j.id from job j
            where j.queue = p_queue and j.state = 1
              and not exists (select from worker w where w.id = j.worker_id and w.alive_until > now())
            limit p_limit for update skip locked)
        update job j
        set state = case when j.attempt >= p_max_attempts then 2 else 0 end,
            lane = case when j.attempt >= p_max_attempts then null else j.lane end,
            error = case when j.attempt >= p_max_attempts then 'its workers died' else j.error end,
            worker_id = null, run_at = now(), announced_at = now()
        from lost where j.id = lost.id
        returning j.id, j.kind, j.conversation_id, j.trace, j.state = 2;
    return query
        with due as (
            select j.id from job j
            where j.queue = p_queue and j.state = 0 and j.run_at <= now()
              and (j.announced_at < j.run_at or j.announced_at < now() - interval '2 s')
            order by j.run_at limit p_limit for update skip locked)
        update job j set announced_at = now() from due where j.id = due.id
        returning j.id, j.kind, j.conversation_id, j.trace, false;
    delete from worker w where w.queue = p_queue and w.alive_until < now() - interval '1 hour'
        and not exists (select from job j where j.worker_id = w.id);
end $$;
