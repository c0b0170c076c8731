-- What operators see: the inbox and its search, a conversation, the person in it.

-- --- when conversations were last heard of, and the words in them ------------------------------------

-- Accepting does not pay for either: ingress fills them in small batches (console_index), as long as there is
-- somebody who can sign in.  What is newer than the last batch is read where it is, and is found by its time.
create index message_created on message using brin (created_at) with (pages_per_range = 64, autosummarize = on);
create index message_edited on message (edited_at) where edited_at is not null;
create index conversation_person on conversation (person_id);
create index identity_person on identity (person_id);
create index delivery_unsent on delivery (conversation_id, seq) where error is not null;
create index handoff_over on handoff (ended_at, id) where state = 3;

create table activity (
    conversation_id bigint      primary key,
    last_at         timestamptz not null,
    names           tsvector    not null
);
create index activity_last on activity (last_at, conversation_id);
create index activity_names on activity using gin (names);

create table message_words (
    conversation_id bigint      not null,
    seq             bigint      not null,
    at              timestamptz not null,
    words           tsvector    not null,
    primary key (conversation_id, seq)
);
create index message_words_of on message_words using gin (words);

-- How far each of the two is, and the stretch of time that makes a batch.
create table console_progress (
    what  text        primary key,
    until timestamptz not null,
    step  interval    not null default interval '1 minute'
);
insert into console_progress (what, until)
select what, coalesce((select min(created_at) from conversation), now()) - interval '1 minute'
from unnest(array['activity', 'words']) what;

-- The configuration 'russian' stems words in Latin letters as English.
create function words_of(p_text text) returns tsvector
language sql immutable parallel safe as $$ select to_tsvector('russian', p_text) $$;

-- A transaction may commit some time after its now(); batches overlap by more than any may take.
create function overlap() returns interval
language sql immutable as $$ select interval '15 s' $$;

create function index_activity(p_from timestamptz, p_to timestamptz) returns int
language plpgsql as $$
declare
    n int;
begin
    with heard as (
        select m.conversation_id, max(m.created_at) as last_at from message m
        where m.created_at > p_from and m.created_at <= p_to group by 1)
    insert into activity as a (conversation_id, last_at, names)
    select h.conversation_id, h.last_at,
           to_tsvector('simple', concat_ws(' ', c.title, p.name, case when ch.kind = 'telegram' then c.chat_key end))
    from heard h
    join conversation c on c.id = h.conversation_id
    join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
    left join person p on p.id = c.person_id
    on conflict (conversation_id) do update
        set last_at = greatest(a.last_at, excluded.last_at), names = excluded.names
        where a.last_at < excluded.last_at;
    get diagnostics n = row_count;
    return n;
end $$;

-- Plans are kept, and the first is made while the tables are empty: it must not be one for empty tables.
create function index_words(p_from timestamptz, p_to timestamptz) returns int
language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
    n int;
begin
    insert into message_words as w (conversation_id, seq, at, words)
    select m.conversation_id, m.seq, m.created_at, words_of(m.body)
    from message m
    join conversation c on c.id = m.conversation_id
    join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
    where m.created_at > p_from and m.created_at <= p_to
      and not exists (select from message_words x where x.conversation_id = m.conversation_id and x.seq = m.seq)
    on conflict do nothing;
    get diagnostics n = row_count;
    update message_words w set words = words_of(m.body)
    from message m
    where m.edited_at > p_from and m.edited_at <= p_to and w.conversation_id = m.conversation_id and w.seq = m.seq;
    return n;
end $$;

-- One batch of each; whether there is more to do.  Stretches grow and shrink so that a batch has p_size rows or so.
create function console_index(p_size int) returns boolean
language plpgsql as $$
declare
    p      console_progress;
    v_to   timestamptz;
    v_rows int;
    v_more boolean := false;
begin
    if not exists (select from operator where password is not null) or not pg_try_advisory_xact_lock(7003) then
        return false;
    end if;
    for p in select * from console_progress loop
        v_to := least(now(), p.until + p.step);
        if p.what = 'activity' then
            v_rows := index_activity(p.until - overlap(), v_to) / 10;
        else
            v_rows := index_words(p.until - overlap(), v_to);
        end if;
        v_more := v_more or v_to < now();
        update console_progress
        set until = v_to,
            step = case when v_rows > p_size then greatest(p.step / 2, interval '1 s')
                        when v_rows < p_size / 2 then least(p.step * 2, interval '30 days')
                        else p.step end
        where what = p.what;
    end loop;
    return v_more;
end $$;

-- From here on messages have to be looked for where they are; never far back, whatever is left to do.
create function fresh_since(p_what text) returns timestamptz
language sql stable as $$
    select greatest(until - overlap(), now() - interval '15 minutes') from console_progress where what = p_what
$$;

-- Words as people type them; the last one may be unfinished.
create function search_query(p_text text) returns tsquery
language plpgsql stable as $$
declare
    v_whole tsquery := websearch_to_tsquery('russian', p_text);
    v_last  text := lower(substring(p_text from '([[:alnum:]]+)$'));
begin
    if v_last is null or length(v_last) < 3 then
        return v_whole;
    end if;
    return v_whole || (websearch_to_tsquery('russian', left(p_text, -length(v_last)))
                       && to_tsquery('simple', v_last || ':*'));
end $$;

-- What is between the two is found by nothing: it is older than what is read where it is, and the batches have not
-- come so far.  No row: all is.
create function unsearched() returns table (since timestamptz, until timestamptz)
language sql stable as $$
    select p.until, now() - interval '15 minutes' from console_progress p
    where p.what = 'words' and p.until < now() - interval '15 minutes'
$$;

-- The conversations in which p_text was said, or whose people are called so; the newest match first.  p_at, p_id: the
-- last of those before.
create function search_conversations(p_text text, p_at timestamptz, p_id bigint, p_limit int)
returns table (conversation_id bigint, at timestamptz)
language plpgsql stable as $$
#variable_conflict use_column
declare
    q       tsquery := search_query(p_text);
    v_names tsquery := to_tsquery('simple', coalesce(
        (select string_agg(x[1] || ':*', ' & ') from regexp_matches(lower(p_text), '[[:alnum:]]+', 'g') x), ''));
    v_words timestamptz := fresh_since('words');
    v_heard timestamptz := fresh_since('activity');
begin
    return query
        select f.conversation_id, max(f.at) from (
            select w.conversation_id, w.at from message_words w where w.words @@ q
            union all
            select m.conversation_id, m.created_at
            from message m join conversation c on c.id = m.conversation_id
            join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
            where m.created_at > v_words and words_of(m.body) @@ q
            union all
            select a.conversation_id, a.last_at from activity a where a.names @@ v_names
            union all
            select c.id, m.created_at
            from message m join conversation c on c.id = m.conversation_id
            join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
            left join person p on p.id = c.person_id
            where m.created_at > v_heard and m.seq <= 2
              and to_tsvector('simple', concat_ws(' ', c.title, p.name)) @@ v_names) f
        group by 1 having p_at is null or (max(f.at), f.conversation_id) < (p_at, p_id)
        order by 2 desc, 1 desc limit p_limit;
end $$;

-- --- one conversation, as a row of the inbox -------------------------------------------------------------

-- A case that ended and was not followed by anything the person said.
create function is_closed(h handoff) returns boolean
language plpgsql stable as $$
begin
    return h.state = 3 and h.outcome in ('closed', 'message', 'expired') and not exists (
        select from message m where m.conversation_id = h.conversation_id and m.seq > h.ended_seq and m.author = 0);
end $$;

create function unread(c conversation, h handoff, p_operator int) returns int
language plpgsql stable as $$
declare
    v_seq bigint := (select r.seq from reading r where r.operator_id = p_operator and r.conversation_id = c.id);
begin
    if v_seq is null and not (h.id is not null and (h.state < 3 or h.outcome = 'message')) then
        return 0;
    end if;
    return (select count(*) from (
        select from message m
        where m.conversation_id = c.id and m.seq > coalesce(v_seq, h.called_seq - 1) and m.author = 0 limit 99) x);
end $$;

create function console_row(p_conversation bigint, p_operator int) returns json
language plpgsql stable as $$
declare
    c       conversation;
    h       handoff;
    m       message;
    v_state text;
    v_name  text;
begin
    select * into c from conversation where id = p_conversation;
    if not found or exists (select from channel ch where ch.id = c.channel_id and ch.kind = 'desk') then
        return null;
    end if;
    select * into h from handoff x where x.conversation_id = c.id order by x.id desc limit 1;
    select * into m from message x where x.conversation_id = c.id order by x.seq desc limit 1;
    v_state := case c.responder when 1 then 'waiting' when 2 then 'operator'
                    else case when is_closed(h) then 'closed' else 'bot' end end;
    v_name := coalesce(c.title, (select p.name from person p where p.id = c.person_id));
    return (select json_build_object(
        'id', c.id, 'bot', b.name, 'channel', json_build_object('name', ch.name, 'kind', ch.kind), 'title', v_name,
        'lang', c.lang, 'state', v_state, 'operator', (
            select json_build_object('id', o.id, 'name', o.name) from operator o
            where c.responder = 2 and o.id = c.operator_id),
        'reason', case when h.state < 3 then h.reason when h.outcome = 'message' then 'message' end,
        'since', iso(coalesce(case c.responder when 1 then h.called_at when 2 then h.taken_at end, h.ended_at, c.created_at)),
        'last', case when m.seq is not null then json_build_object(
            'seq', m.seq, 'author', (array['person', 'bot', 'operator', 'platform'])[m.author + 1],
            'text', left(m.body, 200), 'file', m.extra #>> '{attachments,0,kind}', 'created_at', iso(m.created_at)) end,
        'last_seq', c.last_seq, 'unread', unread(c, h, p_operator),
        'rating', (select x.rating from handoff x where x.conversation_id = c.id and x.rating is not null
                   order by x.id desc limit 1),
        'reachable', c.reachable, 'epoch', c.epoch, 'handoff', case when h.state < 3 then h.id end)
        from channel ch, bot b where ch.id = c.channel_id and b.id = c.bot_id);
end $$;

-- --- the inbox ---------------------------------------------------------------------------------------------

-- Messages left while nobody was there, not yet dealt with: no case since.
create function messages_left() returns table (conversation_id bigint, at timestamptz)
language sql stable as $$
    select h.conversation_id, h.ended_at from handoff h
    where h.state = 3 and h.outcome = 'message' and h.ended_at > now() - interval '30 days'
      and not exists (select from handoff x where x.conversation_id = h.conversation_id and x.id > h.id)
$$;

create function console_counts(p_operator int) returns json
language sql stable as $$
    select json_build_object(
        'waiting', (select count(*) from handoff where state = 1) + (select count(*) from messages_left()),
        'mine', (select count(*) from conversation where responder = 2 and operator_id = p_operator))
$$;

-- Who is in a folder, and by what time it is sorted.  Whoever waits longest comes first, else the newest.
create function folder(p_operator int, p_folder text, p_at timestamptz, p_id bigint, p_limit int)
returns table (conversation_id bigint, at timestamptz)
language plpgsql stable as $$
#variable_conflict use_column
declare
    v_fresh timestamptz := fresh_since('activity');
begin
    if p_folder = 'waiting' then
        return query
            select w.conversation_id, w.at from (
                select h.conversation_id, h.called_at as at from handoff h where h.state = 1
                union all select * from messages_left()) w
            where p_at is null or (w.at, w.conversation_id) > (p_at, p_id)
            order by 2, 1 limit p_limit;
    elsif p_folder = 'mine' then
        return query
            select c.id, coalesce(m.created_at, c.created_at)
            from conversation c left join message m on m.conversation_id = c.id and m.seq = c.last_seq
            where c.responder = 2 and c.operator_id = p_operator
              and (p_at is null or (coalesce(m.created_at, c.created_at), c.id) < (p_at, p_id))
            order by 2 desc, 1 desc limit p_limit;
    elsif p_folder = 'closed' then
        return query
            select h.conversation_id, h.ended_at from handoff h
            where h.state = 3 and (p_at is null or (h.ended_at, h.conversation_id) < (p_at, p_id))
              and not exists (select from handoff x where x.conversation_id = h.conversation_id and x.id > h.id)
              and is_closed(h)
            order by 2 desc, 1 desc limit p_limit;
    else
        return query
            with fresh as (
                select m.conversation_id, max(m.created_at) as at
                from message m join conversation c on c.id = m.conversation_id
                join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
                where m.created_at > v_fresh group by 1)
            select u.conversation_id, max(u.at) from (
                select f.conversation_id, f.at from fresh f
                where p_at is null or (f.at, f.conversation_id) < (p_at, p_id)
                union all
                (select a.conversation_id, a.last_at from activity a
                 where (p_at is null or (a.last_at, a.conversation_id) < (p_at, p_id))
                   and not exists (select from fresh f where f.conversation_id = a.conversation_id)
                 order by a.last_at desc, a.conversation_id desc limit p_limit)) u
            group by 1 order by 2 desc, 1 desc limit p_limit;
    end if;
end $$;

create function is_in_folder(p_operator int, p_folder text, p_conversation bigint) returns boolean
language plpgsql stable as $$
declare
    c conversation;
    h handoff;
begin
    select * into c from conversation where id = p_conversation;
    select * into h from handoff x where x.conversation_id = c.id order by x.id desc limit 1;
    return case p_folder
        when 'waiting' then c.responder = 1
                            or h.state = 3 and h.outcome = 'message' and h.ended_at > now() - interval '30 days'
        when 'mine' then c.responder = 2 and c.operator_id = p_operator
        when 'closed' then c.responder = 0 and h.id is not null and is_closed(h)
        else true end is true;
end $$;

create function page_key(p_at timestamptz, p_id bigint) returns text
language sql immutable as $$ select floor(extract(epoch from p_at) * 1000000)::bigint || '.' || p_id $$;

-- What is found, newest match first.  So many matches are looked at for a page; `next` goes on with older ones, also
-- where none of these was in the folder, and `searched_to` says how far back that was.
create function console_search(p_operator int, p_folder text, p_query text, p_at timestamptz, p_id bigint, p_limit int)
returns json language plpgsql stable as $$
declare
    v_look constant int := 2000;
begin
    return (
        with found as materialized (
            select s.conversation_id, s.at, row_number() over () as n
            from search_conversations(p_query, p_at, p_id, v_look) s),
        page as materialized (
            select f.conversation_id, f.at, row_number() over () as n
            from (select * from found order by n) f
            where is_in_folder(p_operator, p_folder, f.conversation_id) limit p_limit + 1),
        last as (
            select p.conversation_id, p.at from page p
            where p.n = p_limit and (select count(*) from page) > p_limit
            union all
            select f.conversation_id, f.at from found f
            where f.n = v_look and (select count(*) from page) <= p_limit)
        select json_build_object(
            'conversations', coalesce((select json_agg(console_row(p.conversation_id, p_operator) order by p.n)
                                       from page p where p.n <= p_limit), '[]'),
            'counts', console_counts(p_operator),
            'next', (select page_key(l.at, l.conversation_id) from last l),
            'searched_to', (select iso(l.at) from last l),
            'unsearched', (select json_build_object('since', iso(u.since), 'until', iso(u.until)) from unsearched() u)));
end $$;

-- p_at (microseconds since 1970) and p_id: the last of the page before.
create function console_inbox(p_operator int, p_folder text, p_query text, p_at bigint, p_id bigint, p_limit int)
returns json language plpgsql stable as $$
declare
    v_at timestamptz := 'epoch'::timestamptz + p_at * interval '1 microsecond';
begin
    if p_query is not null then
        return console_search(p_operator, p_folder, p_query, v_at, p_id, p_limit);
    end if;
    return (
        with page as (
            select f.conversation_id, f.at, row_number() over () as n
            from folder(p_operator, p_folder, v_at, p_id, p_limit + 1) f)
        select json_build_object(
            'conversations', coalesce(json_agg(console_row(p.conversation_id, p_operator) order by p.n)
                                      filter (where p.n <= p_limit), '[]'),
            'counts', console_counts(p_operator),
            'next', max(page_key(p.at, p.conversation_id))
                    filter (where p.n = p_limit and (select count(*) from page) > p_limit))
        from page p);
end $$;
