-- Conversations number :from to :to, each of :messages messages, as they are when all is answered.
-- Half of the messages are people's; each of those has its event, its turn and its delivery.
set synchronous_commit = off;

insert into person (id, name) overriding system value
select c, 'Ann Smith' from generate_series(:from, :to) c;

insert into identity (channel_id, user_key, person_id, name)
select 1, (1000000 + c)::text, c, 'Ann Smith' from generate_series(:from, :to) c;

insert into conversation (id, channel_id, chat_key, bot_id, person_id, last_seq, answered_seq, lang, title)
overriding system value
select c, 1, (1000000 + c)::text, 1, c, :messages, :messages, 'en', 'Ann Smith' from generate_series(:from, :to) c;

insert into message (conversation_id, seq, author, body, external_id, person_id, trace)
select c, s, (s + 1) % 2,
       case s % 2 when 1 then 'How long does the delivery to Kazan take? I need the tent by Friday at the latest.'
                  else 'Delivery takes two days and is free.' end,
       case s % 2 when 1 then s::text end, case s % 2 when 1 then c end, md5(c || '.' || s)
from generate_series(:from, :to) c, generate_series(1, :messages) s;

insert into inbound (channel_id, event_key, conversation_id, seq, trace)
select 1, (c * 1000000::bigint + s)::text, c, s, md5(c || '.' || s)
from generate_series(:from, :to) c, generate_series(1, :messages, 2) s;

insert into turn (conversation_id, first_seq, last_seq, job_id, attempt, epoch, outcome, reply_seq, provider, model,
                  tokens_in, tokens_out, first_token_ms, total_ms, trace)
select c, s, s, c * 10 + s, 1, 1, 1, s + 1, 'model', 'bench', 50, 9, 10, 20, md5(c || '.' || s)
from generate_series(:from, :to) c, generate_series(1, :messages, 2) s;

insert into delivery (conversation_id, place, seq, state, epoch, external_id, trace, settled_at)
select c, (s + 1) * 1000, s + 1, 2, 1, s::text, md5(c || '.' || s), now()
from generate_series(:from, :to) c, generate_series(1, :messages, 2) s;

select setval(pg_get_serial_sequence('person', 'id'), :to), setval(pg_get_serial_sequence('conversation', 'id'), :to);
