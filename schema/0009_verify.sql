-- The conservation check: every inbound event has exactly one recorded outcome, or is in progress.

create function verify_counts() returns table (kind text, n bigint)
language sql stable as $$
    with fate as (
        select case i.outcome when 1 then 'ignored' when 2 then 'refused' when 3 then 'done at once' end as settled,
               t.outcome as turn, t.last_seq, i.seq, i.conversation_id
        from inbound i
        left join lateral (
            select * from turn t
            where t.conversation_id = i.conversation_id and t.first_seq <= i.seq
            order by t.first_seq desc limit 1) t on i.outcome is null and t.last_seq >= i.seq)
    select 'accepted', count(*) from inbound
    union all
    select coalesce(settled, case turn when 1 then 'answered' when 2 then 'apologised' when 3 then 'stopped'
                                       when 4 then 'cancelled' when 5 then 'suggested' else 'in progress' end), count(*)
    from fate group by 1
    union all
    select 'deliveries ' || (array['pending', 'sending', 'sent', 'failed', 'uncertain', 'cancelled'])[state + 1], count(*)
    from delivery group by state
    union all
    select 'jobs dead', count(*) from job where state = 2 having count(*) > 0
$$;

-- What must not be.  No rows: all is well.
create function verify_violations() returns table (kind text, detail text)
language sql stable as $$
    -- an event nobody answers for
    select 'lost event', format('channel %s event %s seq %s', i.channel_id, i.event_key, i.seq)
    from inbound i join conversation c on c.id = i.conversation_id
    where i.outcome is null and c.responder = 0
      and not exists (select from turn t where t.conversation_id = i.conversation_id
                                           and i.seq between t.first_seq and t.last_seq)
      and not exists (select from job j where j.queue = 1 and j.lane = i.conversation_id and i.seq > c.answered_seq)
    union all
    select 'event without a conversation', format('channel %s event %s', i.channel_id, i.event_key)
    from inbound i
    where i.outcome is null
      and not exists (select from message m where m.conversation_id = i.conversation_id and m.seq = i.seq)
    union all
    -- two turns for one message
    select 'answered twice', format('conversation %s turns from %s and %s', t.conversation_id, t.first_seq, u.first_seq)
    from turn t
    cross join lateral (
        select u.first_seq from turn u where u.conversation_id = t.conversation_id and u.first_seq > t.first_seq
        order by u.first_seq limit 1) u
    where u.first_seq <= t.last_seq
    union all
    select 'turn without its message', format('conversation %s turn %s reply %s', t.conversation_id, t.first_seq, t.reply_seq)
    from turn t
    where t.reply_seq is not null
      and not exists (select from message m where m.conversation_id = t.conversation_id and m.seq = t.reply_seq)
    union all
    select 'answered without an answer', format('conversation %s turn %s', t.conversation_id, t.first_seq)
    from turn t where t.outcome in (1, 2) and t.reply_seq is null
    union all
    -- said, but never to be sent
    select 'message without a delivery', format('conversation %s message %s', m.conversation_id, m.seq)
    from message m join conversation c on c.id = m.conversation_id join channel ch on ch.id = c.channel_id
    where m.author <> 0 and ch.delivery > 0
      and not exists (select from delivery d where d.conversation_id = m.conversation_id and d.seq = m.seq)
    union all
    select 'delivery without a job', format('delivery %s of conversation %s', d.id, d.conversation_id)
    from delivery d join conversation c on c.id = d.conversation_id join channel ch on ch.id = c.channel_id
    where d.state < 2 and ch.delivery = 1
      and not exists (select from job j where j.queue = 2 and j.lane = d.conversation_id)
    union all
    select 'gap in a conversation', format('conversation %s has %s messages up to %s', c.id, count(m.seq), c.last_seq)
    from conversation c left join message m on m.conversation_id = c.id
    group by c.id, c.last_seq
    having count(m.seq) <> c.last_seq or max(m.seq) <> c.last_seq
    union all
    select 'job of a dead worker', format('job %s worker %s', j.id, j.worker_id)
    from job j left join worker w on w.id = j.worker_id
    where j.state = 1 and (w.id is null or w.alive_until < now() - interval '1 minute')
$$;
