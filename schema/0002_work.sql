-- Work to be done: jobs, the workers that hold them, and deliveries.

-- A worker process is one lease.  It renews one row, however many jobs it holds;
-- jobs of a worker whose lease ran out are given to others by the sweep.
create table worker (
    id          int generated always as identity primary key,
    queue       smallint    not null,
    name        text        not null,
    in_flight   int         not null default 0,
    started_at  timestamptz not null default now(),
    ttl         interval    not null default interval '4 s', -- alive_until less this: when it was renewed
    held_since  timestamptz not null default now(),          -- it has not run out since
    alive_until timestamptz not null
) with (fillfactor = 50);

-- Only work that is not finished (or is dead) has a row here, so the table stays as small
-- as the backlog, and claiming touches no index: state, attempt and worker are in none.
-- At most one job per queue and lane; a lane is a conversation.
create table job (
    id              bigint generated always as identity (cache 32) primary key,
    queue           smallint    not null, -- 1 llm, 2 delivery, 3 operator, 4 grader, 5 google
    kind            smallint    not null, -- within the queue; 1: the queue's main work; llm 2: a suggestion
    lane            bigint,               -- null: runs beside anything; also when dead; a suggestion's is negative
    conversation_id bigint,
    state           smallint    not null default 0, -- 0 ready, 1 running, 2 dead
    attempt         int         not null default 0, -- of each claim its own: the fence
    failures        int         not null default 0, -- in a row, told by its workers
    deaths          int         not null default 0, -- in a row: workers that died with it
    pending         int         not null default 0, -- arrivals since the claim (or the stop)
    can_wait        boolean     not null default false, -- what it waits for: whatever arrives goes before it
    stop_seq        bigint,                         -- the person said stop, here
    worker_id       int,
    claimant        bigint,                         -- lines of deliveries: which flow has it or had,
    delivery_id     bigint,                         -- and what is being sent, or was by whoever died with it
    run_at          timestamptz not null default now(),
    announce_at     timestamptz not null default now() + interval '2 s', -- again, if nobody came for it
    created_at      timestamptz not null default now(),
    payload         jsonb,
    error           text,
    trace           text        not null,
    unique (queue, lane)
) with (fillfactor = 50);
-- For those who ask for announce_at, which its condition is there to say: where a lane is looked for, a plan that was made
-- while there was no work would take this one for as good as its key, and read the whole queue when there is.
create index job_announce on job (queue, announce_at) where announce_at is not null;

-- How long a job is early, a day at most; 0 if it is not.
create function wait_ms(p_at timestamptz) returns int
language sql volatile as $$
    select greatest(0, ceil(extract(epoch from least(p_at, now() + interval '1 day') - clock_timestamp()) * 1000))::int
$$;

-- The fence of the next claim: how many there were, and a number that nobody can know by chance.
-- Claims, and what makes most jobs, are not on disk when they are acted upon.  After a crash of the server the
-- same job, or another that was given its number, is claimed again, while whoever held it before lives on: their
-- attempts must differ.
create function next_attempt(p_attempt int) returns int
language sql volatile as $$ select (p_attempt & 1023) + 1 + (random() * 2097150)::int * 1024 $$;

-- One outgoing message (or part of one) to a channel that wants it sent.
--
-- What is being sent is named by the job of its line, so that a claim writes one row.  No index names `state`: what is
-- open shows by settled_at, what did not go out (state above 2) by an error.  Who looks for one row asks for its state:
-- with settled_at the index of all that is open would be taken for it, as long as that is small.
create table delivery (
    id              bigint generated always as identity (cache 32) primary key,
    conversation_id bigint      not null,
    place           bigint      not null,           -- order of sending: 1000 * seq + part; service calls go first, at 0
    seq             bigint,                         -- of the message it carries; null: a service call
    kind            smallint    not null default 0, -- 0 message, 1 part of a message, 2 callback answer, 3 note, 4 call
    state           smallint    not null default 0, -- 0 open, 2 sent, 3 failed, 4 uncertain, 5 cancelled; see shown_state()
    epoch           int,                            -- null: sent whatever happens
    payload         jsonb,                          -- parts: html and plain; notes and calls: services/courier/message.h
    external_id     text,
    is_uncertain    boolean     not null default false, -- state 4
    doubted         bigint,                             -- it is that because this claimant was taken for dead
    error           text,
    trace           text        not null,
    created_at      timestamptz not null default now(),
    settled_at      timestamptz
) with (fillfactor = 70);
create index delivery_open on delivery (conversation_id, place, id) where settled_at is null;

-- As people are shown it: 1 is being sent.
create function shown_state(d delivery) returns int
language sql stable as $$
    select case when d.settled_at is null and exists (
                    select from job j where j.queue = 2 and j.lane = d.conversation_id and j.delivery_id = d.id)
           then 1 else d.state end
$$;

alter table job set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000,
                     autovacuum_vacuum_cost_delay = 0);
alter table worker set (autovacuum_vacuum_threshold = 200);
