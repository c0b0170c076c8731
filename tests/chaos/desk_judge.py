"""Judgement of the human part: what an operator was told is said, against what people saw."""

import collections

SPOKEN = """
    select m.conversation_id, m.seq, m.body, h.kind, c.chat_key, d.state
    from message m join conversation c on c.id = m.conversation_id join channel h on h.id = c.channel_id
    left join delivery d on d.conversation_id = m.conversation_id and d.seq = m.seq
    where m.author = 2 order by m.conversation_id, m.seq
"""
BOTS = "select conversation_id, seq from message where author = 1"
SENT, UNCERTAIN = 2, 4


class DeskJudge:
    def __init__(self, stage, crowd, operator, report):
        self.stage, self.crowd, self.report = stage, crowd, report
        self.talks = operator.talks
        self.spoken = stage.sql(SPOKEN)

    def fail(self, text):
        self.report.fail("human", text)

    def judge(self):
        self.check_said_once()
        self.check_bot_was_silent()
        self.check_telegram()
        self.check_widgets()
        if not any(talk.said for talk in self.talks):
            self.fail("nobody talked to a human")
        self.report.counts["talks with a human"] = len(self.talks)
        self.report.counts["  what the operator said"] = len(self.spoken)

    def check_said_once(self):
        """What was answered well is there under its number, and nothing else is."""
        said = [(talk.conversation, seq, text) for talk in self.talks for seq, text in talk.said]
        kept = collections.Counter(row[:3] for row in self.spoken)
        for words in said:
            if kept[words] != 1:
                self.fail(f"lost: {words} is there {kept[words]} times")
        for words in kept.keys() - set(said):
            self.fail(f"not said, or said twice: {words}")
        for talk in self.talks:
            if talk.said != sorted(talk.said):
                self.fail(f"out of order: {talk.said}")

    def check_bot_was_silent(self):
        answers = collections.defaultdict(list)
        for conversation, seq in self.stage.sql(BOTS):
            answers[conversation].append(seq)
        for talk in self.talks:
            if not talk.taken or not talk.returned:
                continue
            for seq in answers[talk.conversation]:
                if talk.taken < seq < talk.returned:
                    self.fail(f"conversation {talk.conversation}: the bot spoke in between, message {seq}")

    def check_telegram(self):
        """Once; or, where that is recorded, perhaps not."""
        arrived = collections.Counter((str(m["chat"]["id"]), m["text"]) for m in self.stage.telegram.sent)
        for _, seq, text, kind, chat, state in self.spoken:
            if kind != "telegram":
                continue
            n = sum(times for (to, words), times in arrived.items() if to == chat and text in words)
            if n != (state == SENT) and not (state == UNCERTAIN and n <= 1):
                self.fail(f"chat {chat} saw message {seq} {n} times, it is in state {state}")

    def check_widgets(self):
        kept = collections.defaultdict(list)
        for conversation, seq, text, kind, _, _ in self.spoken:
            if kind == "widget":
                kept[conversation].append((seq, text))
        seen = [[(m["seq"], m["text"]) for m in v.browser.seen if m["author"] == "operator"] for v in self.crowd.visitors]
        for conversation, words in kept.items():
            if words not in seen:
                self.fail(f"conversation {conversation}: no widget saw all of {words}, once and in order")
