"""Calling a human: from the write of a webhook to the invitation's arrival; and what choosing whom to ask costs.

Every operator is asked once here, so the first message to an operator is the invitation to one case.
"""

import contextlib
import statistics
import time

import psycopg2

from tests.bench.growth import count_alone
from tests.bench.latency import part, times
from tests.bench.rig import Rig
from tests.bench.table import row

RATE, CALLS, WARM, INVITED = 100, 1500, 100, 3
OPERATORS = 2_000_000  # chats of operators are numbered from here
WAITING, ON_DUTY, FLAT = (10, 100, 1000), (10, 50, 200), 1.2
WARM_CALLS, SAMPLES = 5, 25


def run(_words):
    return latency() + costs()


# --- latency ---------------------------------------------------------------------------


def latency():
    with Rig(services=("ingress", "llm-worker", "operator-relay")) as rig:
        rig.secret()
        rig.stack.run("courier", DESK_BOT_TOKEN="2:bench-desk")
        rig.stack.wait_ready()
        hire(rig.stack, INVITED * (CALLS + WARM))
        measure(rig, WARM)
        first, last = measure(rig, CALLS)
    name = f"an invitation at {RATE} calls/s"
    return [
        row(f"{name}: p50", part(first, 0.5), "ms", limit="three commits in a row"),
        row(f"{name}: p99", part(first, 0.99), "ms", target=("<=", 50), limit="the disk's slowest commits"),
        row(f"{name}, to the last of {INVITED}: p99", part(last, 0.99), "ms"),
        row(f"{name}: not arrived", CALLS - len(first), "calls", target=("<=", 0)),
    ]


def hire(stack, n):
    """Operators with a chat each, everybody on duty."""
    stack.sql_do(f"""
        with o as (insert into operator (name, enabled, on_duty, given_at, lang)
                   select 'op ' || n, true, true, now() + n * interval '1 us', 'en' from generate_series(1, {n}) n returning id),
             c as (insert into conversation (channel_id, chat_key, bot_id)
                   select h.id, ({OPERATORS} + o.id)::text, h.bot_id from o, channel h where h.kind = 'desk' returning id, chat_key)
        insert into desk_chat (conversation_id, operator_id) select id, chat_key::int - {OPERATORS} from c""")


def measure(rig, calls):
    """Milliseconds until the first, and until the last, of those who are asked has the invitation; sorted."""
    log = rig.folder / "asked"
    rig.world.get("/arrivals")
    rig.load(16, calls, 1_000_000, RATE, log=log, text="/operator")
    deadline = time.monotonic() + 30
    while rig.stack.sql("select count(*) from delivery where settled_at is null")[0][0] and time.monotonic() < deadline:
        time.sleep(0.1)
    asked, arrived = times(log.read_text()), times(rig.world.get("/arrivals"))
    invited = {}
    for chat, operator in rig.stack.sql(
        "select c.chat_key, i.operator_id from invitation i join handoff h on h.id = i.handoff_id"
        " join conversation c on c.id = h.conversation_id"
    ):
        if int(chat) in asked:
            invited.setdefault(int(chat), []).append(arrived.get(OPERATORS + operator))
    whole = {chat: seen for chat, seen in invited.items() if len(seen) == INVITED and all(seen)}
    ages = [[(of(seen) - asked[chat]) / 1000 for chat, seen in whole.items()] for of in (min, max)]
    return sorted(ages[0]), sorted(ages[1])


# --- cost ------------------------------------------------------------------------------


def costs():
    with Rig(services=()) as rig:
        return [r for policy in ("broadcast", "balanced") for r in curves(rig, policy)]


def curves(rig, policy):
    """A choice among the waiting and those on duty: neither number may make it dearer."""
    sizes = {(w, ON_DUTY[-1]) for w in WAITING} | {(WAITING[-1], o) for o in ON_DUTY}
    took = {size: cost(rig, policy, *size) for size in sorted(sizes)}
    rows = curve(f"{policy}, {ON_DUTY[-1]} on duty: {{}} waiting", [(w, took[w, ON_DUTY[-1]]) for w in WAITING])
    return rows + curve(f"{policy}, {WAITING[-1]} waiting: {{}} on duty", [(o, took[WAITING[-1], o]) for o in ON_DUTY])


def curve(name, points):
    first = points[0][1]
    return [
        row(name.format(n), value, "instructions", first if at else None, ("<=", first * FLAT) if at else None)
        for at, (n, value) in enumerate(points)
    ]


def cost(rig, policy, waiting, on_duty):
    """Instructions of a claim that tells the person and asks operators, the numbers staying what they are."""
    with contextlib.closing(psycopg2.connect(rig.stack.env["DATABASE_URL"])) as db:
        db.autocommit = True
        fill(db.cursor().execute, policy, waiting, on_duty)
    script = [statement for n in range(WARM_CALLS + SAMPLES) for statement in one_case(f"s{n}")]
    return statistics.median(count_alone(rig, script)[1 + WARM_CALLS * 4 :: 4])


def fill(do, policy, waiting, on_duty):
    do("set synchronous_commit = off")
    do("truncate conversation, message, inbound, job, delivery, operator, desk_chat, handoff, handoff_event, invitation,"
       " relay, person, identity restart identity")
    do("update bot set spec = jsonb_set(spec, '{handoff,assign}', to_jsonb(%s::text))", (policy,))
    do("insert into operator (name, enabled, on_duty, capacity) select 'op', true, true, 100 from generate_series(1, %s)", (on_duty,))
    do("insert into desk_chat (conversation_id, operator_id) select -id, id from operator")
    for n in range(waiting):
        do(call(f"w{n}"))
    do("update handoff set due_at = now() + interval '1 hour', told = 'waiting', told_at = now(), told_place = 1")
    do("update job set run_at = now() + interval '1 hour' where queue = 3")
    do("vacuum analyze handoff, operator, invitation, conversation, job, message")


def call(chat):
    return (f"select accept(2, 1, 0::smallint, '{chat}', 't', 10::smallint, '{chat}', false, null, 'en', '{chat}', null, null,"
            " '/operator', null, null, null, null, null, null, 0, 0)")


def one_case(chat):
    """Called, looked at, over: in SQL that needs to be told no numbers."""
    job = "(select id from job where queue = 3 and lane = (select max(id) from conversation))"
    return (call(chat), f"select status from claim_handoff({job}, 1, false, '{{}}')",
            "select end_case((select max(id) from handoff), 'closed', 'closed', null, 't')", f"delete from job where id = {job}")
