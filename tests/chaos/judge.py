"""Judgement: what clients were promised against what PostgreSQL holds, Telegram got and widgets saw.

Each check has a name; the campaign fails by it.
"""

import collections
import re
import time

from tests.chaos.stage import sanitized
from tests.system.stack import MARK, wait_for

OUTCOMES = {1: "answered", 2: "apologised"}  # nobody here stops an answer or begins anew
GAVE_UP = "too many attempts"  # that is no fault of the model's
SENDING, SENT, FAILED, UNCERTAIN, CANCELLED = 1, 2, 3, 4, 5
ANSWERED, BLOCKED = "answered by a human", "blocked us meanwhile"  # telegram-403, while they waited
SEE_LIMIT = 40.0  # a widget looks again after 20 s if a word was lost
MEMORY_SLACK_KB = 4096
MEMORY_FACTOR = 1.5
UNCERTAIN_LOST = 3  # of 100 deliveries: few couriers die in the moment between saying that they send and sending

FATES = """
    select c.kind, i.event_key, i.conversation_id, i.seq, f.outcome, f.turn_outcome, f.human, t.first_seq, t.last_seq,
           t.reply_seq, reply.body, t.error
    from inbound i join channel c on c.id = i.channel_id
    join event_fate() f on f.channel_id = i.channel_id and f.event_key = i.event_key
    left join turn t on t.conversation_id = i.conversation_id and t.first_seq = f.turn_seq
    left join message reply on reply.conversation_id = t.conversation_id and reply.seq = t.reply_seq
"""
DELIVERIES = """
    select c.chat_key::bigint, d.conversation_id, d.seq, shown_state(d), d.external_id, d.error, m.body,
           exists (select from handoff h where h.conversation_id = d.conversation_id)
    from delivery d join conversation c on c.id = d.conversation_id
    join message m on m.conversation_id = d.conversation_id and m.seq = d.seq
    order by d.conversation_id, d.seq, d.id
"""
MESSAGES = "select conversation_id, seq, author, body from message order by 1, 2"
AUTHORS = ("person", "bot", "operator", "platform")
WORD = re.compile(MARK + "[0-9a-f]{10}")  # what no two people say
EXCUSE = re.compile("blocked by the user|^unreachable")  # for not sending: telegram-403
OVERTAKEN = "the line was lost before it was sent"  # an excuse if something newer went out, and is as rare as UNCERTAIN_LOST
CRASH = re.compile(r"PANIC|terminated by signal (4|6|7|8|11)\b")  # 9 is ours
SAID = "select body, count(*) from message where author = 0 and body <> '/operator' group by body having count(*) > 1"


class Fate:
    def __init__(self, row):
        (self.kind, self.key, self.conversation, self.seq, self.outcome, self.turn, self.human, self.first, self.last,
         self.reply, self.body, self.error) = row


class Delivery:
    def __init__(self, row):
        (self.chat, self.conversation, self.seq, self.state, self.external, self.error, self.body, self.with_human) = row


class Judge:
    def __init__(self, stage, crowd, report):
        self.stage, self.crowd, self.report = stage, crowd, report
        self.fail, self.counts = report.fail, report.counts
        self.questions = list(crowd.questions)
        self.fates = {(f.kind, client_key(f.key)): f for f in map(Fate, stage.sql(FATES))}
        self.deliveries = [Delivery(row) for row in stage.sql(DELIVERIES)]
        self.overtaken = 0

    def judge(self):
        for name in self.crowd.failures:
            self.fail("clients", name)
        self.check_verify()
        self.check_accepted()
        self.check_questions()
        self.check_said_once()
        self.check_answers_fit()
        self.check_answers_in_order()
        self.check_widgets()
        self.check_deliveries()
        self.check_order_at_telegram()
        self.check_duplicates()
        self.check_servers()
        self.check_memory()

    # --- PostgreSQL ------------------------------------------------------------------

    def check_verify(self):
        done = self.stage.tandem("verify", check=False)
        if done.returncode != 0 or "every event has exactly one outcome" not in done.stdout:
            self.fail("verify", done.stdout + done.stderr)
        for queue, error in self.stage.sql("select queue, error from job where state = 2"):
            self.fail("dead jobs", f"queue {queue}: {error}")

    def check_accepted(self):
        """Whatever was answered with 2xx is known: questions, commands, calls."""
        taken = [("telegram", str(key)) for key in self.crowd.telegram.taken]
        taken += [("widget", key) for visitor in self.crowd.visitors for key in visitor.browser.taken]
        for channel, key in taken:
            if (channel, key) not in self.fates:
                self.fail("lost", f"{channel} {key} was accepted and is not known")

    def check_questions(self):
        """A question's fate is a turn that says something, or a human who does."""
        ends, why = collections.Counter(), collections.Counter()
        for q in self.questions:
            is_taken = q.taken or q.key in self.crowd.telegram.taken
            if not is_taken:
                self.fail("not accepted", f"{q.channel} {q.key}")
                continue
            fate = self.fates.get((q.channel, str(q.key)))
            q.fate = fate
            if not fate:
                continue
            if fate.human in (ANSWERED, BLOCKED):
                ends[fate.human] += 1
            elif fate.human:
                self.fail("human", f"{q.channel} {q.key} is {fate.human}")
            elif fate.turn not in OUTCOMES:
                self.fail("lost", f"{q.channel} {q.key} has no answer (outcome {fate.outcome}, of its turn {fate.turn})")
            else:
                ends[OUTCOMES[fate.turn]] += 1
                if not fate.reply:
                    self.fail("lost", f"{q.channel} {q.key} was answered by nothing")
                if fate.turn == 2:
                    why[fate.error or "the model is left alone"] += 1
                    if fate.error == GAVE_UP:
                        self.fail("gave up", f"{q.channel} {q.key}")
        self.counts["questions accepted"] = sum(ends.values())
        self.counts.update({f"  {name}": n for name, n in ends.items()})
        self.counts.update({f"    {reason[:60]}": n for reason, n in why.most_common(8)})
        turns = self.stage.sql("select count(*), count(*) filter (where (attempt & 1023) > 1) from turn")[0]
        self.counts["turns"], self.counts["  of them begun more than once"] = turns

    def check_said_once(self):
        for body, n in self.stage.sql(SAID):
            self.fail("said twice", f"{n} times: {body}")

    def check_answers_fit(self):
        """An answer holds a word of a question that its turn covers, unless it was cut or says sorry."""
        words = collections.defaultdict(set)
        for q in self.questions:
            fate = self.fates.get((q.channel, str(q.key)))
            if fate and fate.turn == 1 and not fate.error:
                words[fate].add(q.word)
        covered = collections.defaultdict(set)
        for fate, own in words.items():
            covered[(fate.conversation, fate.first, fate.body)] |= own
        for (conversation, first, body), own in covered.items():
            if not any(word in body for word in own):
                self.fail("wrong answer", f"conversation {conversation} turn {first}: {body}")

    def check_answers_in_order(self):
        """Who asked earlier in a conversation is not answered later."""
        answered = collections.defaultdict(list)
        for fate in {(f.conversation, f.seq): f for f in self.fates.values() if f.turn in OUTCOMES and f.reply}.values():
            answered[fate.conversation].append((fate.seq, fate.reply))
        for conversation, pairs in answered.items():
            pairs.sort()
            replies = [reply for _, reply in pairs]
            if replies != sorted(replies) or any(reply <= seq for seq, reply in pairs):
                self.fail("answers' order", f"conversation {conversation}: {pairs}")

    # --- widgets ------------------------------------------------------------------------

    def check_widgets(self):
        """Every message of their own, once and in order, as they came over the streams, reconnections and all."""
        kept = collections.defaultdict(list)
        for conversation, seq, author, body in self.stage.sql(MESSAGES):
            kept[conversation].append((seq, AUTHORS[author], body))
        mine = {q.browser: kept[self.fates[q.channel, q.key].conversation]
                for q in self.questions if q.channel == "widget" and (q.channel, q.key) in self.fates}
        end = time.monotonic() + SEE_LIMIT
        for browser, messages in mine.items():
            try:
                wait_for(lambda b=browser, n=len(messages): b.last_seq() >= n, "", max(end - time.monotonic(), 0))
            except AssertionError:
                self.fail("widget missed", f"saw up to {browser.last_seq()} of {len(messages)}")
        for browser, messages in mine.items():
            seqs = [m["seq"] for m in browser.seen]
            if seqs != list(range(1, len(seqs) + 1)) or seqs != [m["id"] for m in browser.seen]:
                self.fail("widget order", f"saw {first_break(seqs)}")
                continue
            for saw, said in zip([(m["seq"], m["author"], m["text"]) for m in browser.seen], messages):
                if saw != said:
                    self.fail("widget words", f"saw {saw} where {said} was said")
        self.counts["messages seen at widgets"] = sum(len(b.seen) for b in mine)
        self.counts["  sent again by the browsers"] = sum(b.resent for b in mine)
        self.counts["  streams opened again"] = sum(b.reconnected for b in mine)

    # --- Telegram ------------------------------------------------------------------------

    def check_deliveries(self):
        """What is recorded as sent arrived as it was said; what was not sent has an excuse."""
        arrived = {(m["chat"]["id"], str(m["message_id"])): m["text"] for m in self.stage.telegram.sent}
        states = collections.Counter()
        newest = {d.conversation: d.seq for d in self.deliveries if d.state in (SENT, UNCERTAIN)}
        for d in self.deliveries:
            states[d.state] += 1
            if d.state == SENT and (d.chat, d.external) not in arrived:
                self.fail("not sent", f"chat {d.chat} message {d.seq} is recorded as sent")
            elif d.state == SENT and words(arrived[d.chat, d.external]) != words(d.body):
                self.fail("wrong words", f"chat {d.chat} message {d.seq}: {d.body!r} came as {arrived[d.chat, d.external]!r}")
            elif d.state == UNCERTAIN and not d.error:
                self.fail("no reason", f"chat {d.chat} message {d.seq}")
            elif d.state == FAILED and d.error == OVERTAKEN and newest.get(d.conversation, 0) >= d.seq:
                self.overtaken += 1
            elif d.state == FAILED and not EXCUSE.search(d.error or ""):
                self.fail("not sent", f"chat {d.chat} message {d.seq} failed: {d.error}")
            elif d.state == CANCELLED and not (d.error == "fenced" and d.with_human):
                self.fail("not sent", f"chat {d.chat} message {d.seq} was cancelled: {d.error}")
            elif d.state not in (SENT, FAILED, UNCERTAIN, CANCELLED):
                self.fail("drained", f"chat {d.chat} message {d.seq} is in state {d.state}")
        names = {SENT: "sent", FAILED: "failed (and why)", UNCERTAIN: "uncertain", CANCELLED: "cancelled"}
        self.counts["deliveries to Telegram"] = len(self.deliveries)
        self.counts.update({f"  {names.get(state, state)}": n for state, n in sorted(states.items())})
        self.counts["  failed: something newer was faster"] = self.overtaken

    def check_order_at_telegram(self):
        """As they stand in the conversation, so they came to the chat."""
        last = collections.defaultdict(int)
        for d in self.deliveries:
            if d.state != SENT:
                continue
            if int(d.external) <= last[d.chat]:
                self.fail("Telegram order", f"chat {d.chat} message {d.seq}")
            last[d.chat] = int(d.external)

    def check_duplicates(self):
        """What arrived and is not recorded as sent is an uncertain delivery's, each at most once.

        One that is still being sent (which is a fault) may have arrived, too.
        """
        recorded = {(d.chat, d.external) for d in self.deliveries if d.state == SENT}
        uncertain = collections.Counter((d.chat, words(d.body)) for d in self.deliveries if d.state in (SENDING, UNCERTAIN))
        strays = collections.Counter()
        texts = collections.Counter()
        for m in self.stage.telegram.sent:
            chat = m["chat"]["id"]
            strays[chat, words(m["text"])] += (chat, str(m["message_id"])) not in recorded
            texts[chat, m["text"]] += bool(words(m["text"]))
        for (chat, said), n in strays.items():
            if n > uncertain[chat, said]:
                self.fail("duplicates", f"chat {chat}: {n} more than recorded of {said}, {uncertain[chat, said]} uncertain")
        twice = [key for key, n in texts.items() if n > 1]
        for chat, text in twice:
            self.fail("duplicates", f"chat {chat} was told twice: {text}")
        came = sum((strays & uncertain).values())
        self.counts["  uncertain ones that arrived"] = came
        lost = uncertain.total() - came + self.overtaken
        if lost > max(UNCERTAIN_LOST, len(self.deliveries) * UNCERTAIN_LOST / 100):
            self.fail("not sent", f"{lost} of {uncertain.total() + self.overtaken} uncertain and overtaken ones never arrived")
        self.counts["messages that came twice to Telegram"] = len(twice)

    # --- servers and processes --------------------------------------------------------------

    def check_servers(self):
        log = self.stage.servers.home / "postgres/server.log"
        for line in log.read_text(errors="replace").splitlines():
            if "deadlock detected" in line:
                self.fail("deadlocks", line)
            elif CRASH.search(line):
                self.fail("alive", line)
        for key, process in self.stage.processes.items():
            if not process.ready():
                self.fail("alive", f"{key} is not ready in the end")

    def check_memory(self):
        """Idle after everything, compared with at work before everything."""
        self.report.memory_after = self.stage.memory()
        if sanitized():
            return
        for key, after in self.report.memory_after.items():
            before = self.report.memory_before.get(key, after)
            if after > before * MEMORY_FACTOR + MEMORY_SLACK_KB:
                self.fail("memory", f"{key}: {before} KiB before, {after} KiB after", is_timed=True)


def words(text):
    return tuple(WORD.findall(text))


def client_key(event_key):
    """A widget's event is known by its chat and the client's own message id."""
    return event_key.rpartition(":")[2]


def first_break(seqs):
    """The neighbourhood of the first number that should not follow."""
    for i, seq in enumerate(seqs):
        if seq != i + 1:
            return f"{seqs[max(i - 3, 0) : i + 3]} where {i + 1} was due"
    return f"{len(seqs)} messages under wrong ids"
