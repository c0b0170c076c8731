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
    share  real not null, -- of the title
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
        insert into article_word (bot_id, lang, root, word, slug, weight, share)
        select new.bot_id, new.lang, root, word, new.slug, max(weight), max(share)
        from (select root, word, 1.0 as weight, 1.0 / count(*) over () as share
              from text_words(new.lang, new.title)
              union all
              select root, word, 0.5 + 0.3 * (times - 1) / (times + 1.0), 0
              from text_words(new.lang, new.body)) found
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
        хоч,хотел,хочет,мог,может,можн,нужн,надо,есл,узна,интерес,интересн,вопрос,друг,очен,прост,котор,ваш,наш,мне,
        эт,как,спасиб,ег,мо,быт,дела,сдела,делает,будет,буд,когд,скольк,кто,чем,куд,откуд,почему,зач,так,один,два,две,нужен,нужна,пришл,приш,взя,
        hello,hi,hey,good,morn,even,pleas,tell,want,would,like,know,need,could,may,might,question,ask,thank,
        someth,anyth,get,go,got,take,took,one,two,us,use,let,mani,make,also,help,about,im,ive,id,time}'::text[])
$$;

-- Words that people and articles use for the same thing.
create table word_family (
    lang    text    not null,
    root    text    not null,
    family  text    not null,
    is_wish boolean not null, -- says what somebody wants, not of what
    primary key (lang, root, family)
);

insert into word_family (lang, root, family, is_wish)
select distinct f.lang, w.root, f.family, f.family <> 'clothes'
from (values
    ('ru', 'price', 'стоит стоимость цена ценник почём платная бесплатно дорого тариф'),
    ('en', 'price', 'cost price much fee charge expensive free'),
    ('ru', 'delivery', 'доставка доставляете привезти привезёте отправка отправляете посылка курьер'),
    ('en', 'delivery', 'delivery deliver ship shipping shipment send parcel courier'),
    ('ru', 'duration', 'срок долго быстро дней неделя месяц'),
    ('en', 'duration', 'long fast quickly soon day week month'),
    ('ru', 'abroad', 'заграница границу зарубеж международная страна'),
    ('en', 'abroad', 'abroad international overseas foreign country'),
    ('ru', 'return', 'возврат вернуть возвращать вернём сдать'),
    ('en', 'return', 'return refund money-back'),
    ('ru', 'exchange', 'обмен обменять поменять замена заменить подойти подошёл подошло'),
    ('en', 'exchange', 'exchange swap replace replacement fit'),
    ('ru', 'payment', 'оплата оплатить оплачивать платить заплатить платёж принимаете'),
    ('en', 'payment', 'payment pay paid accept'),
    ('ru', 'cancel', 'отмена отменить отказаться аннулировать'),
    ('en', 'cancel', 'cancel cancellation'),
    ('ru', 'hours', 'часы график режим закрываетесь закрыт открываетесь открыт'),
    ('en', 'hours', 'hours schedule open opening close closing closed'),
    ('ru', 'pickup', 'самовывоз забрать выдача выдачи'),
    ('en', 'pickup', 'pick-up pickup collect collection'),
    ('ru', 'defect', 'брак бракованный дефект неисправен'),
    ('en', 'defect', 'defect defective fault faulty'),
    ('ru', 'tracking', 'отследить отслеживать отслеживание трек трек-номер статус'),
    ('en', 'tracking', 'track tracking status'),
    ('ru', 'discount', 'скидка акция распродажа бонус промокод купон'),
    ('en', 'discount', 'discount sale bonus promo coupon voucher'),
    ('ru', 'human', 'человек оператор сотрудник менеджер специалист'),
    ('en', 'human', 'human person operator agent staff representative'),
    ('ru', 'repair', 'ремонт починить чинить порвался порвалась сломался сломалась'),
    ('en', 'repair', 'repair fix mend torn tear broken broke'),
    ('ru', 'clothes', 'одежда куртка'),
    ('en', 'clothes', 'clothes jacket'),
    ('ru', 'care', 'уход ухаживать стирать стирка мыть чистить'),
    ('en', 'care', 'care wash clean'),
    ('ru', 'rental', 'прокат напрокат аренда арендовать'),
    ('en', 'rental', 'rent rental hire'),
    ('ru', 'account', 'аккаунт кабинет профиль учётная'),
    ('en', 'account', 'account profile'),
    ('ru', 'company', 'компания организация юрлицо юридическое фирма счёт'),
    ('en', 'company', 'company business corporate invoice'),
    ('ru', 'contact', 'контакты телефон позвонить связаться'),
    ('en', 'contact', 'contact reach phone call')
) f (lang, family, words), text_words(f.lang, f.words) w;

-- rank is 0..1: how much of what was asked an article speaks about.  0.28 and more is an answer.
-- What has neither a word in the title nor two in the text is hardly about it.
create function search_language(p_bot int, p_lang text, p_text text, p_limit int)
returns table (slug text, lang text, title text, body text, url text, rank float8)
language plpgsql stable as $$
#variable_conflict use_column
declare
    v_articles float8 := (select count(*) from article a where a.bot_id = p_bot and a.lang = p_lang);
begin
    if v_articles = 0 then
        return;
    end if;
    return query
    with asked as materialized (
        select w.word, w.root from text_words(p_lang, p_text) w where not is_filler(w.word) and w.word !~ '^[+-]?\d+$' limit 40),
    meant as (
        select q.word, q.root, false as is_kin from asked q
        union
        select q.word, kin.root, true
        from asked q
        join word_family f on f.lang = p_lang and f.root = q.root
        join word_family kin on kin.lang = p_lang and kin.family = f.family and kin.root <> q.root),
    found as materialized (
        select m.word, p.slug, max(p.share) as share,
               max(p.weight * case when p.word = m.word then 1 when m.is_kin then 0.6 else 0.8 end) as weight
        from meant m
        join article_word p on p.bot_id = p_bot and p.lang = p_lang and p.root = m.root
        where m.is_kin or left(p.word, 6) = left(m.word, 6)
           or starts_with(p.word, m.word) or starts_with(m.word, p.word)
        group by m.word, p.slug),
    value as materialized ( -- rare words say more, and so does what is wanted; of unknown ones we cannot tell
        select q.word,
               case when f.n is null then 1.5
                    when exists (select from word_family k where k.lang = p_lang and k.root = q.root and k.is_wish)
                        then 1.5 * greatest(ln(1 + (v_articles - f.n + 0.5) / (f.n + 0.5)), 1)
                    else ln(1 + (v_articles - f.n + 0.5) / (f.n + 0.5)) end as idf
        from asked q left join (select word, count(*) as n from found group by word) f on f.word = q.word),
    best as (
        select f.slug,
               sum(f.weight * v.idf) / (select sum(idf) from value)
               * (0.85 + 0.15 * least(sum(f.share), 1))
               * case when sum(f.share) > 0 or count(*) > 1 then 1 else 0.6 end as rank
        from found f join value v on v.word = f.word
        group by f.slug
        order by 2 desc, 1 limit p_limit)
    select a.slug, a.lang, a.title, a.body, a.url, b.rank
    from best b join article a on a.bot_id = p_bot and a.lang = p_lang and a.slug = b.slug
    order by b.rank desc, a.slug;
end $$;

-- In the language of the question; else, unless its letters rule that out, in the other.
create function search_articles(p_bot int, p_lang text, p_text text, p_limit int)
returns table (slug text, lang text, title text, body text, url text, rank float8)
language plpgsql stable as $$
begin
    p_text := left(p_text, 1000);
    -- the dictionaries drop "where" and "when", which is all that the most common of questions says
    if p_text ~* '(где|когда|where|when).*(заказ|посылк|order|parcel)' then
        p_text := p_text || ' отследить track';
    end if;
    return query select * from search_language(p_bot, p_lang, p_text, p_limit);
    if not found and p_text !~ '[а-яА-Я]' then
        return query select * from search_language(p_bot, case p_lang when 'ru' then 'en' else 'ru' end, p_text, p_limit);
    end if;
end $$;
