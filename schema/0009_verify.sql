-- The conservation check: every inbound event has exactly one recorded outcome, or is in progress.

set check_function_bodies = off; -- the tables of cases come later

-- What became of each event.  turn_seq names the turn that covered it; the last turn that begins at or
-- before an event is the only one that can.  human: what became of it in a case, if it belongs to one and no
-- turn has answered it; what a case left over, beyond answered_seq, is the bot's again.
create function event_fate() returns table (
    channel_id int, event_key text, conversation_id bigint, seq bigint, outcome smallint, turn_seq bigint,
    turn_outcome smallint, human text)
language sql stable as $$
    select i.channel_id, i.event_key, i.conversation_id, i.seq, i.outcome, t.first_seq, t.outcome,
           coalesce(h.fate, o.fate)
    from inbound i
    left join lateral (
        select t.first_seq, t.last_seq, t.outcome from turn t
        where t.conversation_id = i.conversation_id and t.first_seq <= i.seq
        order by t.first_seq desc limit 1) t on i.outcome is null and t.last_seq >= i.seq
    left join lateral (
        select case when h.state = 1 then 'waiting for a human'
                    when h.spoke_seq > i.seq then 'answered by a human'
                    when h.state = 2 then 'with a human'
                    when h.outcome = 'message' then 'left as a message'
                    when exists (select from handoff_event e where e.handoff_id = h.id and e.what = 'blocked')
                        then 'blocked us meanwhile'
                    else 'left to a human who said nothing' end as fate
        from handoff h
        where h.conversation_id = i.conversation_id and h.from_seq <= i.seq
          and (h.state < 3 or h.ended_seq >= i.seq
                              and i.seq <= (select c.answered_seq from conversation c where c.id = i.conversation_id))
        order by h.id desc limit 1) h on i.outcome is null and (t.outcome is null or t.outcome = 4)
    left join lateral ( -- what operators say in their desk
        select case when c.answered_seq >= i.seq then 'ordered by an operator'
                    when exists (select from job j where j.queue = 3 and j.lane = c.id) then 'about to be ordered' end as fate
        from conversation c join channel x on x.id = c.channel_id
        where c.id = i.conversation_id and x.kind = 'desk') o on i.outcome is null
$$;

-- How many of each.  `merged`: answered together with a later message of the same turn.
create function verify_counts() returns table (kind text, n bigint)
language sql stable as $$
    select 'accepted', count(*) from inbound
    union all
    select case f.outcome when 1 then 'ignored' when 2 then 'refused' when 3 then 'done at once' else
               case when f.human is not null then f.human when f.turn_outcome = 1 and not f.is_last then 'merged'
                    else (array['answered', 'apologised', 'stopped', 'cancelled', null, 'handed over'])[f.turn_outcome] end end,
           count(*)
    from (select outcome, turn_outcome, turn_seq, human,
                 seq = max(seq) over (partition by conversation_id, turn_seq) as is_last
          from event_fate()) f
    where f.outcome is not null or f.turn_seq is not null or f.human is not null
    group by 1
    union all
    select case when c.responder <> 0 then 'left to an operator'
                when exists (select from job j where j.queue = 1 and j.lane = c.id) then 'in progress'
                else 'unanswered' end, count(*)
    from event_fate() f join conversation c on c.id = f.conversation_id
    where f.outcome is null and f.turn_seq is null and f.human is null
    group by 1
    union all
    select 'deliveries ' || (array['pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled'])[s.state + 1], count(*)
    from (select shown_state(d) as state from delivery d) s group by s.state
    union all
    select 'jobs dead', count(*) from job where state = 2 having count(*) > 0
$$;

-- What must not be, the first 50 of each kind.  No rows: all is well.
create function verify_violations() returns table (kind text, detail text)
language sql stable as $$
    -- an event nobody answers for; one of a dead job is shown as such, in the console and among the counts
    (select 'lost event', format('channel %s event %s seq %s', f.channel_id, f.event_key, f.seq)
    from event_fate() f join conversation c on c.id = f.conversation_id
    where f.outcome is null and f.turn_seq is null and f.human is null
      and not (f.seq > c.answered_seq and exists (
          select from job j where j.queue = 1 and j.kind = 1 and j.conversation_id = c.id
                              and (j.lane is not null or j.state = 2)))
    limit 50)
    union all
    (select 'event without its message', format('channel %s event %s', i.channel_id, i.event_key)
    from inbound i
    where (i.outcome is null or i.seq is not null)
      and not exists (select from message m where m.conversation_id = i.conversation_id and m.seq = i.seq)
    limit 50)
    union all
    -- end_case() would leave a question alone, or have the bot answer a command
    (select 'question taken for none, or none for one', format('channel %s event %s', i.channel_id, i.event_key)
    from inbound i join message m on m.conversation_id = i.conversation_id and m.seq = i.seq
    where (i.outcome is not null) <> coalesce(m.extra ? 'aside', false)
    limit 50)
    union all
    (select 'message without its event', format('conversation %s message %s', m.conversation_id, m.seq)
    from message m
    where m.author = 0
      and not exists (select from inbound i where i.conversation_id = m.conversation_id and i.seq = m.seq)
    limit 50)
    union all
    (select 'answered twice', format('conversation %s turns from %s and %s', t.conversation_id, t.first_seq, t.next_seq)
    from (select conversation_id, first_seq, last_seq,
                 lead(first_seq) over (partition by conversation_id order by first_seq) as next_seq
          from turn) t
    where t.next_seq <= t.last_seq
    limit 50)
    union all
    (select 'turn without its message', format('conversation %s turn %s reply %s', t.conversation_id, t.first_seq, t.reply_seq)
    from turn t
    where t.reply_seq is not null
      and not exists (select from message m where m.conversation_id = t.conversation_id and m.seq = t.reply_seq)
    limit 50)
    union all
    (select 'answered without an answer', format('conversation %s turn %s', t.conversation_id, t.first_seq)
    from turn t where t.outcome in (1, 2) and t.reply_seq is null
    limit 50)
    union all
    (select 'answer without its turn', format('conversation %s message %s', m.conversation_id, m.seq)
    from message m
    where m.author = 1
      and not exists (select from turn t where t.conversation_id = m.conversation_id and t.reply_seq = m.seq)
    limit 50)
    union all
    -- said, but never to be sent
    (select 'message without a delivery', format('conversation %s message %s', m.conversation_id, m.seq)
    from message m join conversation c on c.id = m.conversation_id join channel ch on ch.id = c.channel_id
    where m.author <> 0 and ch.delivery > 0
      and not exists (select from delivery d where d.conversation_id = m.conversation_id and d.seq = m.seq)
    limit 50)
    union all
    (select 'delivery without a job', format('delivery %s of conversation %s', d.id, d.conversation_id)
    from delivery d join conversation c on c.id = d.conversation_id join channel ch on ch.id = c.channel_id
    where d.settled_at is null and ch.delivery = 1
      and not exists (select from job j where j.queue = 2 and j.lane = d.conversation_id)
    limit 50)
    union all
    (select 'delivery at odds with itself', format('delivery %s of conversation %s', d.id, d.conversation_id)
    from delivery d
    where (d.state = 0) <> (d.settled_at is null) or d.is_uncertain <> (d.state = 4) or d.state > 2 and d.error is null
    limit 50)
    union all
    (select 'line sends what is not in it', format('job %s delivery %s', j.id, j.delivery_id)
    from job j
    where j.delivery_id is not null and j.state < 2
      and not exists (select from delivery d where d.id = j.delivery_id and d.conversation_id = j.lane and d.settled_at is null)
    limit 50)
    union all
    (select 'gap in a conversation', format('conversation %s has %s messages up to %s of %s',
                                            c.id, coalesce(m.n, 0), coalesce(m.last, 0), c.last_seq)
    from conversation c
    left join (select conversation_id, count(*) as n, max(seq) as last from message group by 1) m
        on m.conversation_id = c.id
    where coalesce(m.n, 0) <> c.last_seq or coalesce(m.last, 0) <> c.last_seq
    limit 50)
    union all
    (select 'responder without the case', format('conversation %s responder %s operator %s', c.id, c.responder, c.operator_id)
    from conversation c left join handoff h on h.conversation_id = c.id and h.state < 3
    where c.responder <> coalesce(h.state, 0)
       or c.responder = 2 and c.operator_id is distinct from h.operator_id
       or c.responder <> 2 and c.operator_id is not null
    limit 50)
    union all
    (select 'case without a job', format('case %s of conversation %s', h.id, h.conversation_id)
    from handoff h
    where h.state < 3 and not exists (select from job j where j.queue = 3 and j.conversation_id = h.conversation_id)
    limit 50)
    union all
    (select 'load of an operator', format('operator %s has %s chats, not %s', o.id, count(c.id), o.load)
    from operator o left join conversation c on c.responder = 2 and c.operator_id = o.id
    group by o.id having count(c.id) <> o.load
    limit 50)
    union all
    (select 'invitation to what is over', format('case %s operator %s', i.handoff_id, i.operator_id)
    from invitation i join handoff h on h.id = i.handoff_id where i.state = 0 and h.state <> 1
    limit 50)
    union all
    (select 'operator without a case', format('conversation %s message %s', m.conversation_id, m.seq)
    from message m
    where m.author = 2
      and not exists (select from handoff h where h.conversation_id = m.conversation_id and h.taken_at is not null
                                               and (h.state < 3 or h.ended_seq >= m.seq))
    limit 50)
    union all
    (select 'job of a dead worker', format('job %s worker %s', j.id, j.worker_id)
    from job j left join worker w on w.id = j.worker_id
    where j.state = 1 and (w.id is null or w.alive_until < now() - interval '1 minute')
    limit 50)
$$;

reset check_function_bodies;
