-- The bots file, applied (services/tandem/bot.c).  Says what it changed, in one transaction.

create function apply_channels(p_bot int, p_channels jsonb) returns table (change text, what text)
language plpgsql as $$
declare
    ch jsonb;
    v_mode smallint;
    v_old  channel;
begin
    for ch in select * from jsonb_array_elements(p_channels) loop
        v_mode := case when ch ->> 'kind' in ('telegram', 'desk') then 1 when ch ->> 'kind' = 'vink' then 2 else 0 end;
        select * into v_old from channel c where c.name = ch ->> 'name';
        if not found then
            insert into channel (bot_id, kind, name, spec, delivery)
            values (p_bot, ch ->> 'kind', ch ->> 'name', ch - 'kind' - 'name', v_mode);
            return query select 'added', format('channel %s (%s)', ch ->> 'name', ch ->> 'kind');
        elsif v_old.kind <> ch ->> 'kind' then
            raise exception 'channel % is a % channel already: give the new one another name', v_old.name, v_old.kind;
        elsif (v_old.bot_id, v_old.spec, v_old.enabled) is distinct from (p_bot, ch - 'kind' - 'name', true) then
            update channel c set bot_id = p_bot, spec = ch - 'kind' - 'name', enabled = true where c.id = v_old.id;
            return query select 'changed', format('channel %s', ch ->> 'name');
        end if;
    end loop;
    return query
        with gone as (
            update channel c set enabled = false
            where c.bot_id = p_bot and c.enabled
              and not exists (select from jsonb_array_elements(p_channels) n where n ->> 'name' = c.name)
            returning c.name)
        select 'disabled', format('channel %s', g.name) from gone g;
end $$;

create function apply_articles(p_bot int, p_articles jsonb) returns table (change text, what text)
language sql as $$
    with wanted as (
        select a ->> 'slug' as slug, t.key as lang, t.value #>> '{}' as title, a -> 'body' ->> t.key as body,
               a ->> 'url' as url
        from jsonb_array_elements(p_articles) a, jsonb_each(a -> 'title') t),
    gone as (
        delete from article o where o.bot_id = p_bot
            and not exists (select from wanted w where w.slug = o.slug and w.lang = o.lang)
        returning o.slug),
    put as (
        insert into article as o (bot_id, slug, lang, title, body, url)
        select p_bot, w.slug, w.lang, w.title, w.body, w.url from wanted w where w.body is not null
        on conflict (bot_id, slug, lang) do update
            set title = excluded.title, body = excluded.body, url = excluded.url
            where (o.title, o.body, o.url) is distinct from (excluded.title, excluded.body, excluded.url)
        returning o.slug, o.xmax = 0 as is_new)
    select case when is_new then 'added' else 'changed' end, format('article %s', slug) from put group by slug, is_new
    union all
    select 'removed', format('article %s', slug) from gone group by slug
$$;

create function apply_bots(p_bots jsonb) returns table (change text, what text)
language plpgsql as $$
#variable_conflict use_column
declare
    b     jsonb;
    v_spec jsonb;
    v_old bot;
    v_id  int;
begin
    perform pg_advisory_xact_lock(7005);
    for b in select * from jsonb_array_elements(p_bots) loop
        v_spec := b - 'name' - 'channels' - 'knowledge';
        select * into v_old from bot o where o.name = b ->> 'name';
        if not found then
            insert into bot (name, spec) values (b ->> 'name', v_spec) returning id into v_id;
            return query select 'added', format('bot %s', b ->> 'name');
        else
            v_id := v_old.id;
            if (v_old.spec, v_old.enabled) is distinct from (v_spec, true) then
                update bot o set spec = v_spec, enabled = true, revision = o.revision + 1, updated_at = now()
                where o.id = v_id;
                return query select 'changed', format('bot %s', b ->> 'name');
            end if;
        end if;
        return query select * from apply_channels(v_id, b -> 'channels');
        return query select * from apply_articles(v_id, coalesce(b -> 'knowledge', '[]'));
    end loop;
    return query
        with gone as (
            update bot o set enabled = false
            where o.enabled and not exists (select from jsonb_array_elements(p_bots) n where n ->> 'name' = o.name)
            returning o.name)
        select 'disabled', format('bot %s', g.name) from gone g;
end $$;
