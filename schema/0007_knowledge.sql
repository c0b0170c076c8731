-- Finding articles for a question (common/store/search.c).
--
-- People ask in whole sentences and in their own words, so a question is a bag of words, rare
-- words say more than common ones, and no word is required.  PostgreSQL's dictionaries take
-- sentences apart; what they find is kept here with a weight, so that a search reads a few
-- dozen index entries however long the articles are.
--
-- Stems of one family differ ("доставка", "доставляете", "доставить"), so words are found by
-- their first letters, and an exact stem counts for more.

drop index article_search;
alter table article drop column search;

create table article_word (
    bot_id int  not null,
    lang   text not null,
    root   text not null,
    word   text not null,
    slug   text not null,
    weight real not null, -- 0..1: in the title, often, once
    primary key (bot_id, lang, root, word, slug)
);

create function text_words(p_lang text, p_text text, out word text, out root text, out times int) returns setof record
language sql immutable as $$
    select lexeme, left(lexeme, 5), cardinality(positions)
    from unnest(to_tsvector(case p_lang when 'ru' then 'russian' else 'english' end::regconfig,
                            translate(lower(p_text), 'ё*_`#', 'е    ')))
$$;

create function index_article() returns trigger
language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from article_word w where w.bot_id = old.bot_id and w.lang = old.lang and w.slug = old.slug;
    end if;
    if tg_op <> 'DELETE' then
        insert into article_word (bot_id, lang, root, word, slug, weight)
        select new.bot_id, new.lang, root, word, new.slug, max(weight)
        from (select root, word, 1.0 as weight from text_words(new.lang, new.title)
              union all
              select root, word, 0.5 + 0.3 * (times - 1) / (times + 1.0) from text_words(new.lang, new.body)) found
        group by root, word;
    end if;
    return null;
end $$;

create trigger article_changed after insert or update or delete on article
    for each row execute function index_article();

-- What people say around a question: it tells nothing about the subject.
create function is_filler(p_word text) returns boolean
language sql immutable as $$
    select p_word = any ('{
        здравств,здравствуйт,привет,добр,ден,вечер,утр,пожалуйст,подскаж,подскажит,скаж,скажит,расскаж,расскажит,
        хоч,хотел,хочет,мог,можн,нужн,надо,есл,узна,интерес,интересн,вопрос,друг,очен,прост,котор,ваш,наш,мне,эт,как,
        спасиб,ег,мо,быт,дела,сдела,делает,будет,буд,когд,скольк,кто,чем,куд,откуд,почему,зач,
        hello,hi,hey,good,morn,even,pleas,tell,want,would,like,know,need,could,may,might,question,ask,thank,
        someth,anyth,get,go,got,one,us,use,let,much,mani,make,also,help,about,im,ive,id}'::text[])
$$;

-- rank is 0..1: how much of what was asked an article speaks about.  0.3 and more is an answer.
create function search_articles(p_bot int, p_lang text, p_text text, p_limit int)
returns table (slug text, lang text, title text, body text, url text, rank float8)
language plpgsql stable as $$
#variable_conflict use_column
begin
    return query
    with asked as materialized (
        select l.lang, w.word, w.root
        from (values ('ru'), ('en')) l (lang), text_words(l.lang, left(p_text, 1000)) w
        where not is_filler(w.word) limit 80),
    total as materialized (
        select a.lang, count(*)::float8 as n from article a where a.bot_id = p_bot group by a.lang),
    found as materialized (
        select q.lang, q.word, p.slug, max(p.weight * case when p.word = q.word then 1 else 0.7 end) as weight
        from asked q
        join article_word p on p.bot_id = p_bot and p.lang = q.lang and p.root = q.root
        group by q.lang, q.word, p.slug),
    value as (
        select q.lang, q.word,
               least(ln(1 + (t.n - count(f.slug) + 0.5) / (count(f.slug) + 0.5)),
                     case when count(f.slug) = 0 then 1.5 else 9 end) as idf
        from asked q join total t on t.lang = q.lang left join found f on f.lang = q.lang and f.word = q.word
        group by q.lang, q.word, t.n),
    ranked as (
        select f.lang, f.slug,
               sum(f.weight * v.idf)
               / (select sum(idf) from value o where o.lang = f.lang)
               * case when f.lang = p_lang then 1 else 0.9 end as rank
        from found f join value v on v.lang = f.lang and v.word = f.word
        group by f.lang, f.slug),
    best as (
        select distinct on (r.slug) r.slug, r.lang, r.rank from ranked r order by r.slug, r.rank desc)
    select a.slug, a.lang, a.title, a.body, a.url, b.rank
    from best b join article a on a.bot_id = p_bot and a.slug = b.slug and a.lang = b.lang
    order by b.rank desc, a.slug limit p_limit;
end $$;
