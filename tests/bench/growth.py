"""What the steps of a turn cost in PostgreSQL as messages pile up: buffers touched, and instructions.

Neither depends on what else the machine does.  Instructions are counted by callgrind in a backend of
its own (single-user mode), within the execution of the calls alone.
"""

import contextlib
import os
import pathlib
import re
import statistics
import subprocess
import tempfile

import psycopg2

from tests.bench.rig import Rig
from tests.bench.table import row
from tests.system.stack import TOP

SIZES = (10_000, 1_000_000, 10_000_000)
EACH = 10  # messages of a conversation
LONG = 100_000
WARM, CALLS = 20, 60
HISTORY = 10  # the same for all, so that the same is read
FLAT = 1.2
STEPS = ("accept", "claim", "finish", "claim_delivery", "settle")
WHOLE = "all five"
# As all our connections have it (common/pg/link.c): else small tables are read as a whole, which they never are.
SESSION = ("plan_cache_mode=force_generic_plan", "enable_seqscan=off", "jit=off")
TEXT = "How long does the delivery to Kazan take?"


def run(words):
    with Rig(services=()) as rig:
        store = Store(rig)
        sizes = [size for size in SIZES if size <= max(words.to, SIZES[0])]
        costs = {size: store.grow(size) for size in sizes}
        tall = store.lengthen()
    rows = []
    for kind, unit in (("buffers", "buffers"), ("instructions", "instructions")):
        for step in (*STEPS, WHOLE):
            rows += compare(step, kind, unit, {f"{size:,} messages": costs[size] for size in sizes})
        for step in (*STEPS, WHOLE):
            rows += compare(step, kind, unit, {f"conversation of {n:,}": cost for n, cost in tall.items()})
    return rows


def compare(step, kind, unit, costs):
    first = None
    rows = []
    for name, cost in costs.items():
        value = cost[kind][step]
        first = first or value
        aim = ("<=", first * FLAT) if rows else None
        rows.append(row(f"{step}, {name}", value, unit, first if rows else None, aim, limit="ratio: against the first" if rows else ""))
    return rows


class Store:
    def __init__(self, rig):
        self.rig, self.stack = rig, rig.stack
        self.url = rig.stack.env["DATABASE_URL"]
        self.filled = 0
        self.serial = 0

    # --- filling ---------------------------------------------------------------

    def fill(self, first, last, messages):
        values = [f"--set={key}={value}" for key, value in (("from", first), ("to", last), ("messages", messages))]
        words = ["psql", "-qAt", "-v", "ON_ERROR_STOP=1", *values, "-f", TOP / "tests/bench/fill.sql", self.url]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)

    def settle(self):
        with self.connect() as db:
            db.cursor().execute("vacuum analyze")
            db.cursor().execute("checkpoint")

    def grow(self, size):
        last = size // EACH
        for first in range(self.filled + 1, last + 1, 100_000):
            self.fill(first, min(last, first + 99_999), EACH)
        self.filled = last
        self.settle()
        # Spread over all of them, and never the same twice.
        return self.measure(lambda n: 1 + (n * 7919) % last)

    def lengthen(self):
        """Conversations of ten and of a hundred thousand messages, beside all the others."""
        costs = {}
        for n, messages in ((1, EACH), (2, LONG)):
            first = self.filled + 1 + 100 * n
            self.fill(first, first, messages)
            self.settle()
            costs[messages] = self.measure(lambda _, one=first: one)
        return costs

    # --- calls -------------------------------------------------------------------

    @contextlib.contextmanager
    def connect(self):
        with contextlib.closing(psycopg2.connect(self.url)) as db:
            db.autocommit = True
            yield db

    def next(self):
        self.serial += 1
        return self.serial

    def calls(self, conversation):
        """One turn, step by step, in SQL that needs nothing but the conversation."""
        mark = self.next()
        chat = 1000000 + conversation
        # The subqueries find by a key what a service has been told.
        job = "(select id from job where queue = {} and lane = %d)" % conversation
        attempt = "(select attempt from job where queue = {} and lane = %d)" % conversation
        delivery = f"(select max(id) from delivery where conversation_id = {conversation} and settled_at is null)"
        c = f"(select {{}} from conversation where id = {conversation})"
        return {
            "accept": f"select accept(1, 1, 1::smallint, 'new-{mark}', md5('{mark}'), 1::smallint, '{chat}', false, 'Ann Smith',"
            f" 'en', '{chat}', 'Ann Smith', '{mark}', '{TEXT}', null, null, null, null, null, null, 0, 0)",
            "claim": f"select status from claim_turn({job.format(1)}, null, 1, {HISTORY})",
            "finish": f"select status from finish_turn({job.format(1)}, {attempt.format(1)}, {conversation}, {c.format('epoch')},"
            f" {c.format('answered_seq + 1')}, {c.format('last_seq')}, 1::smallint, 'Two days.', null, 'model', 'bench', 50, 9,"
            f" false, 10, 20, null, md5('{mark}'))",
            "claim_delivery": f"select status from claim_delivery({job.format(2)}, 1, 1, false)",
            "settle": f"select fenced from settle_delivery({job.format(2)}, {attempt.format(2)}, {delivery}, 2::smallint, '1', null)",
        }

    def measure(self, choose):
        costs = {"buffers": self.count_buffers(choose), "instructions": self.count_instructions(choose)}
        for cost in costs.values():
            cost[WHOLE] = sum(cost.values())
        return costs

    # --- buffers ---------------------------------------------------------------------

    def count_buffers(self, choose):
        touched = {step: [] for step in STEPS}
        with self.connect() as db:
            cursor = db.cursor()
            self.visit(cursor, [choose(n) for n in range(WARM + CALLS)])
            for n in range(WARM + CALLS):
                for step, call in self.calls(choose(n)).items():
                    cursor.execute("explain (analyze, buffers, format json) " + call)
                    plan = cursor.fetchone()[0][0]["Plan"]
                    if n >= WARM:
                        touched[step].append(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])
            self.check(cursor)
        return {step: statistics.mean(values) for step, values in touched.items()}

    def visit(self, cursor, conversations):
        """The first update of a page after a vacuum reads one buffer more.  Of ten thousand messages all pages
        have soon been updated, of ten million hardly any: so that like is compared with like, all are visited."""
        cursor.execute("update conversation set lang = lang where id = any(%s)", (conversations,))

    def check(self, cursor):
        """Everything that was accepted was answered and sent: the calls did what they are measured for."""
        cursor.execute("select count(*) from job")
        assert cursor.fetchone()[0] == 0, "jobs are left"

    # --- instructions ------------------------------------------------------------------

    def count_instructions(self, choose):
        turns = [self.calls(choose(n)) for n in range(WARM + CALLS)]
        script = [turn[step] for turn in turns for step in STEPS]
        costs = count_alone(self.rig, script)[WARM * len(STEPS) :]
        return {step: statistics.median(costs[n :: len(STEPS)]) for n, step in enumerate(STEPS)}


def count_alone(rig, script):
    """Instructions of each statement, in a backend of their own."""
    home = pathlib.Path(rig.servers.env["REDIS_URL"].removeprefix("unix://")).parent / "postgres"
    rig.servers.call("postgres", "stop")
    try:
        return count(home, script, rig.stack.env["DATABASE_URL"])
    finally:
        rig.servers.call("postgres", "start")


def count(home, script, url):
    """Instructions of each statement of the script."""
    with tempfile.TemporaryDirectory(prefix="tandem-callgrind-") as folder:
        os.chmod(folder, 0o777)
        database = re.search(r"///(\w+)", url)[1]
        words = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out"]
        words += ["--toggle-collect=PortalRun", "--dump-before=PortalRun"]
        settings = [word for setting in SESSION for word in ("-c", setting)]
        words += ["/usr/lib/postgresql/15/bin/postgres", "--single", "-D", str(home), *settings, database]
        if os.getuid() == 0:
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *words]
        lines = "\n".join([*script, "select 1", ""])  # the last one's cost is never dumped
        done = subprocess.run(words, input=lines, capture_output=True, text=True, cwd="/", check=True)
        assert "ERROR" not in done.stderr, done.stderr[-2000:]
        # Dump n was made when statement n began: it holds what statement n - 1 cost.
        return [total(pathlib.Path(f"{folder}/out.{n + 2}")) for n in range(len(script))]


def total(path):
    return int(re.search(r"^(?:summary|totals): (\d+)", path.read_text(), re.M)[1])
