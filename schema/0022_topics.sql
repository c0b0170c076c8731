-- Topics: where an operator's desk has one for each client, that topic is a line of its own, with a
-- conversation whose key tells whether it was made yet (0005_delivery.sql).

-- Which chat has a topic for each client: the group that the bots file names for this desk, else the operator's
-- own, if it has topics; null: none has.
create function desk_home(p_desk bigint) returns bigint
language plpgsql stable as $$
declare
    c       conversation;
    v_group text;
begin
    select * into c from conversation where id = p_desk;
    v_group := (select h.spec ->> 'group' from channel h where h.id = c.channel_id);
    if v_group is not null then
        return (select g.id from conversation g where g.channel_id = c.channel_id and g.chat_key = v_group);
    end if;
    return (select d.conversation_id from desk_chat d where d.conversation_id = p_desk and d.has_topics);
end $$;

-- Where an operator's desk shows a client: the client's topic, where there are topics, else the chat.
create function desk_line(p_desk bigint, p_client bigint) returns bigint
language plpgsql as $$
declare
    v_home bigint := desk_home(p_desk);
    v_line bigint;
    c      conversation;
begin
    if v_home is null then
        insert into conversation (channel_id, chat_key, bot_id, is_group, lang)
        select o.channel_id, h.spec ->> 'group', o.bot_id, true, o.lang
        from conversation o join channel h on h.id = o.channel_id where o.id = p_desk and h.spec ? 'group'
        on conflict do nothing;
        v_home := desk_home(p_desk);
        if v_home is null then
            return p_desk;
        end if;
    end if;
    select conversation_id into v_line from desk_topic
    where desk_id = v_home and client_id = p_client and conversation_id is not null;
    if found then
        return v_line;
    end if;
    select * into c from conversation where id = v_home;
    insert into conversation (channel_id, chat_key, bot_id, person_id, is_group, lang, title)
    values (c.channel_id, c.chat_key || ':?' || p_client, c.bot_id, c.person_id, c.is_group, c.lang,
            (select o.title from conversation o where o.id = p_client))
    on conflict (channel_id, chat_key) do update set title = excluded.title
    returning id into v_line;
    insert into desk_topic (client_id, desk_id, conversation_id) values (p_client, v_home, v_line)
    on conflict (client_id, desk_id) do update set conversation_id = excluded.conversation_id;
    return v_line;
end $$;

-- The topic was made: its key is known.  It was refused: this chat has no topics, and what waits for the topic
-- goes to the chat itself.  The caller holds the conversation's row lock.
create function settle_topic(p_conversation bigint, p_state smallint, p_thread text, p_trace text) returns void
language plpgsql as $$
declare
    c      conversation;
    v_key  text;
    v_desk bigint;
begin
    select * into c from conversation where id = p_conversation;
    if not topic_is_missing(c.chat_key) then -- who took the line meanwhile has made another one
        return;
    elsif p_state = 2 and p_thread is not null then
        v_key := split_part(c.chat_key, ':', 1) || ':' || p_thread;
        -- somebody may have written there already, before we knew that it is ours
        update conversation set chat_key = chat_key || '#' || id where channel_id = c.channel_id and chat_key = v_key;
        update conversation set chat_key = v_key where id = c.id;
        update desk_topic set is_closed = false where conversation_id = c.id;
    elsif p_state = 3 then
        delete from desk_topic where conversation_id = c.id returning desk_id into v_desk;
        if found then
            update desk_chat set has_topics = false where conversation_id = v_desk;
            update relay set desk_id = v_desk where desk_id = c.id
                and delivery_id in (select id from delivery where conversation_id = c.id and settled_at is null);
            update delivery set conversation_id = v_desk, place = place + 1000
            where conversation_id = c.id and settled_at is null;
            perform enqueue_delivery(v_desk, p_trace);
        else
            update delivery set state = 3, error = 'no topics here', settled_at = now()
            where conversation_id = c.id and settled_at is null;
        end if;
    end if;
end $$;

-- Somebody deleted the topic of a line: what was refused is put back, and a new topic is made first.
-- Of no use where the topic is not ours to make: status 1.  2: fenced.
create function renew_topic(
    p_job bigint, p_attempt int, p_delivery bigint, out status smallint, out chat_key text, out head outgoing)
language plpgsql as $$
declare
    v_conversation bigint := (select d.conversation_id from delivery d where d.id = p_delivery);
begin
    perform from conversation c where c.id = v_conversation for update;
    perform from job where id = p_job and state = 1 and attempt = p_attempt for update;
    if not found then
        status := 2;
        return;
    end if;
    if not exists (select from desk_topic t where t.conversation_id = v_conversation) then
        status := 1;
        return;
    end if;
    status := 0;
    update conversation c
    set chat_key = split_part(c.chat_key, ':', 1) || ':?' || c.id, -- named after the client, whoever spoke there last
        title = (select o.title from desk_topic t join conversation o on o.id = t.client_id where t.conversation_id = c.id)
    where c.id = v_conversation returning c.chat_key into chat_key;
    head := next_delivery(p_job, v_conversation);
end $$;
