-- Files that operators send from the console (common/store/file.c).
--
-- They come in pieces, each of which is on disk before the browser hears that we have it, so an upload goes on where
-- it stopped.  desk() makes a whole one part of a message.  They stay here, because not every channel keeps files;
-- courier, the person's links and the console read them piece by piece.

create table file (
    id              bigint generated always as identity primary key,
    operator_id     int         not null,
    key             text        collate "C" not null,          -- the browser's own
    conversation_id bigint      not null,
    name            text        not null,
    mime            text        not null,                      -- one that is shown only if it begins like it
    kind            text        not null default 'document',   -- as of attachments
    size            int         not null check (size between 1 and 20971520),
    have            int         not null default 0 check (have between 0 and size),
    seq             bigint,                                    -- the message it is part of; null: of none yet
    created_at      timestamptz not null default now(),
    unique (operator_id, key)
);
create index file_age on file (created_at);
create index file_unsaid on file (operator_id) where seq is null;

create table file_piece (
    file_id bigint not null,
    at      int    not null, -- a multiple of piece_size()
    bytes   bytea  not null,
    primary key (file_id, at)
);
alter table file_piece alter column bytes set storage external; -- most are compressed already

create function piece_size() returns int
language sql immutable parallel safe as $$ select 256 * 1024 $$;

-- Again under the same key: the same one.  status: 0 begun, 1 no such conversation, 2 too much that is not sent yet.
create function begin_file(p_operator int, p_key text, p_conversation bigint, p_name text, p_mime text, p_size int,
                           out status smallint, out id bigint, out have int)
language plpgsql as $$
#variable_conflict use_column
begin
    status := 0;
    perform from operator o where o.id = p_operator for no key update;
    select f.id, f.have into id, have from file f where f.operator_id = p_operator and f.key = p_key;
    if found then
        return;
    elsif not exists (select from conversation c join channel ch on ch.id = c.channel_id and ch.kind <> 'desk'
                      where c.id = p_conversation) then
        status := 1;
        return;
    elsif (select coalesce(sum(f.size), 0) + p_size from file f where f.operator_id = p_operator and f.seq is null)
          > 100 * 1024 * 1024 then
        status := 2;
        return;
    end if;
    insert into file as f (operator_id, key, conversation_id, name, mime, size)
    values (p_operator, p_key, p_conversation, p_name, p_mime, p_size)
    returning f.id, f.have into id, have;
end $$;

-- What it is known as until its first bytes say otherwise.
create function file_of(p_operator int, p_file bigint) returns table (mime text, size int)
language sql stable as $$
    select f.mime, f.size from file f where f.id = p_file and f.operator_id = p_operator and f.seq is null
$$;

-- The piece that begins at p_at.  One that we have, or that is not the next, or of another length than it has to
-- have, changes nothing; `have` says where to go on.  Null: there is no such file.  p_mime, p_kind: by the first bytes.
create function add_piece(p_operator int, p_file bigint, p_at int, p_bytes bytea, p_mime text, p_kind text) returns int
language plpgsql as $$
declare
    f file;
begin
    select * into f from file where id = p_file and operator_id = p_operator and seq is null for update;
    if not found then
        return null;
    elsif p_at <> f.have or length(p_bytes) <> least(piece_size(), f.size - f.have) or f.have = f.size then
        return f.have;
    end if;
    insert into file_piece (file_id, at, bytes) values (f.id, p_at, p_bytes);
    update file
    set have = have + length(p_bytes), mime = case p_at when 0 then p_mime else mime end,
        kind = case p_at when 0 then p_kind else kind end
    where id = f.id;
    return f.have + length(p_bytes);
end $$;

create function read_piece(p_file bigint, p_at int) returns bytea
language sql stable as $$ select bytes from file_piece where file_id = p_file and at = p_at $$;

-- Not to be sent after all.
create function drop_file(p_operator int, p_file bigint) returns void
language plpgsql as $$
begin
    delete from file where id = p_file and operator_id = p_operator and seq is null;
    if found then
        delete from file_piece where file_id = p_file;
    end if;
end $$;

-- p_files: [id, ...] -> attachments of a message; null unless each is whole, theirs, of this conversation and unsaid.
create function said_files(p_operator int, p_conversation bigint, p_files jsonb) returns jsonb
language plpgsql as $$
declare
    v_ids  bigint[] := array(select x::bigint from jsonb_array_elements_text(p_files) x);
    v_list jsonb;
begin
    perform from file where id = any (v_ids) order by id for update;
    select jsonb_agg(jsonb_build_object('kind', f.kind, 'name', f.name, 'mime', f.mime, 'size', f.size, 'file', f.id)
                     order by array_position(v_ids, f.id)) into v_list
    from file f
    where f.id = any (v_ids) and f.operator_id = p_operator and f.conversation_id = p_conversation
      and f.seq is null and f.have = f.size;
    return case when jsonb_array_length(v_list) = cardinality(v_ids) then v_list end;
end $$;

-- What was not sent within a day goes, and what was sent p_days ago: of the message its name remains.
create function sweep_files(p_days int) returns int
language plpgsql as $$
declare
    v_ids bigint[];
begin
    v_ids := array(
        select id from file
        where seq is null and created_at < now() - interval '1 day' or created_at < now() - p_days * interval '1 day'
        order by created_at limit 50 for update skip locked);
    delete from file_piece where file_id = any (v_ids);
    delete from file where id = any (v_ids);
    return cardinality(v_ids);
end $$;
