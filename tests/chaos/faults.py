"""What can go wrong.  A fault is a function of the stage, a seeded generator and the seconds it is to
last; it has ended when it returns.  A killed process's fault ends when it is started again.
"""

import contextlib
import os
import signal
import time

import psycopg2

from tests.chaos.stage import KEYS, tell
from tests.system.stack import wait_for

FAULTS = {}
ENOUGH = 3  # calls struck by an illness of the outside world
PATIENCE = 5.0  # seconds in which they should come
ANSWERED = 0.01  # seconds in which whoever answers before the disk has answered
LONG = set()  # only in long campaigns


def fault(name, shortest, longest, is_long=False):
    def register(make):
        FAULTS[name] = (make, shortest, longest)
        if is_long:
            LONG.add(name)
        return make

    return register


# --- processes ---------------------------------------------------------------------


def workers(name):
    return [key for key, service in KEYS.items() if service == name]


def killing(name):
    @fault(f"kill-{name}", 0, 1)
    def kill(stage, rng, seconds):
        """kill -9; the supervisor starts it again after a moment."""
        key = rng.choice(workers(name))
        stage.kill(key)
        time.sleep(seconds)
        stage.run(KEYS[key], key)


for service in ("ingress", "llm-worker", "courier", "operator-relay"):
    killing(service)


@fault("kill-all", 0, 1)
def kill_all(stage, _rng, seconds):
    for key in list(stage.processes):
        stage.kill(key)
    time.sleep(seconds)
    for key, name in KEYS.items():
        stage.run(name, key)


def zombie(name):
    @fault(f"zombie-{name}", 5.5, 9)
    def stop(stage, rng, seconds):
        """Stopped for longer than its lease: others take its work, and then it comes back."""
        key = rng.choice(workers(name))
        stage.signal(key, signal.SIGSTOP)
        time.sleep(seconds)
        stage.signal(key, signal.SIGCONT)


zombie("llm-worker")
zombie("courier")
zombie("operator-relay")


@fault("kill-ingress-mid-commit", 1, 2)
def kill_ingress_mid_commit(stage, _rng, seconds):
    """What was accepted meanwhile is on its way to a PostgreSQL that does not answer."""
    stage.freeze(stage.postgres_pids(), seconds, lambda _: stage.kill("ingress"))
    stage.run("ingress")


@fault("freeze-ingress", 0.7, 3)
def freeze_ingress(stage, _rng, seconds):
    stage.signal("ingress", signal.SIGSTOP)
    time.sleep(seconds)
    stage.signal("ingress", signal.SIGCONT)


# --- Redis ---------------------------------------------------------------------------


@fault("redis-kill", 0.5, 3)
def redis_kill(stage, _rng, seconds):
    stage.servers.call("redis", "kill")
    time.sleep(seconds)
    stage.servers.call("redis", "start")


@fault("redis-restart", 0, 2)
def redis_restart(stage, _rng, seconds):
    stage.servers.call("redis", "stop")
    time.sleep(seconds)
    stage.servers.call("redis", "start")


@fault("redis-flush", 0, 0)
def redis_flush(stage, rng, _seconds):
    for _ in range(rng.randrange(1, 4)):
        stage.redis().flushall()
        time.sleep(0.1)


@fault("redis-full", 0.7, 4)
def redis_full(stage, _rng, seconds):
    """Its memory limit is reached: it reads, but takes no writes."""
    stage.redis().config_set("maxmemory", "1mb")
    time.sleep(seconds)
    stage.redis().config_set("maxmemory", "0")


@fault("redis-frozen", 0.7, 4)
def redis_frozen(stage, _rng, seconds):
    stage.freeze([stage.redis().info("server")["process_id"]], seconds)


# --- PostgreSQL ------------------------------------------------------------------------


@fault("pg-restart", 0, 2)
def pg_restart(stage, _rng, seconds):
    stage.servers.call("postgres", "stop")
    time.sleep(seconds)
    stage.servers.call("postgres", "start")


@fault("pg-crash", 0, 2)
def pg_crash(stage, _rng, seconds):
    stage.servers.call("postgres", "crash")
    time.sleep(seconds)
    stage.servers.call("postgres", "start")


@fault("pg-crash-unflushed", 0.4, 1)
def pg_crash_unflushed(stage, _rng, seconds):
    """The disk is slow, and the crash comes while much can be seen that it does not hold yet."""
    slow_disk(stage)
    for _ in range(2):
        time.sleep(seconds)
        wait_unwritten(stage)
        # An immediate shutdown: what is only in memory, as the end of the log may be, never gets written.
        # Told at once, because until pg_ctl says so the disk may have it.
        os.kill(stage.servers.postmaster(), signal.SIGQUIT)
        stage.servers.call("postgres", "crash")
        stage.servers.call("postgres", "start")
    quick_disk(stage)


def wait_unwritten(stage):
    """Until an event can be seen that a crash would take along; a second at most, for there may be none."""
    end = time.monotonic() + 1
    with contextlib.closing(psycopg2.connect(stage.env["DATABASE_URL"])) as db:
        db.autocommit = True
        cursor = db.cursor()
        written, known = None, 0
        while time.monotonic() < end:
            cursor.execute("select pg_current_wal_lsn(), count(*) from inbound")
            lsn, seen = cursor.fetchone()
            if lsn != written:
                written, known = lsn, seen
            elif seen > known:
                time.sleep(ANSWERED)
                return
            time.sleep(0.002)


@fault("pg-cut", 0.3, 2)
def pg_cut(stage, _rng, seconds):
    """Connections are cut, again and again."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        stage.sql("select pg_terminate_backend(pid) from pg_stat_activity"
                  " where datname = current_database() and pid <> pg_backend_pid()")
        time.sleep(0.2)


@fault("pg-answers-lost", 0.3, 1)
def pg_answers_lost(stage, _rng, seconds):
    """It does what it was asked, but nobody hears of it; then the connections break."""
    stage.network.is_losing = True
    time.sleep(seconds)
    stage.network.cut()
    stage.network.is_losing = False


def alter_system(stage, *statements):
    for statement in (*statements, "select pg_reload_conf()"):
        stage.sql_alone(statement)


def slow_disk(stage):
    alter_system(stage, "alter system set commit_siblings = 0", "alter system set commit_delay = 100000")


def quick_disk(stage):
    alter_system(stage, "alter system reset commit_siblings", "alter system reset commit_delay")


@fault("pg-slow-disk", 0.7, 4)
def pg_slow_disk(stage, _rng, seconds):
    """Every durable commit takes 100 ms more before its log is flushed."""
    slow_disk(stage)
    time.sleep(seconds)
    quick_disk(stage)


@fault("pg-frozen", 0.7, 4)
def pg_frozen(stage, _rng, seconds):
    """The disk hangs: every backend stands still."""
    stage.freeze(stage.postgres_pids(), seconds)


@fault("pg-hangs", 16, 20, is_long=True)
def pg_hangs(stage, _rng, seconds):
    """For so long that everybody gives up waiting; then it does what it was asked before."""
    stage.freeze(stage.postgres_pids(), seconds)


@fault("pg-backend-killed", 0.7, 2)
def pg_backend_killed(stage, rng, seconds):
    """Out of memory: the kernel kills one backend in mid-work, and the server starts all over."""
    pids = stage.postgres_pids()
    with stage.witness() as dies:
        stage.freeze(pids, seconds, lambda stopped: tell(rng.choice(stopped), signal.SIGKILL))
        wait_for(dies, "the server to notice", 60)
    wait_for(stage.answers, "PostgreSQL to be back", 60)


# --- the model and Telegram ----------------------------------------------------------------


def be_ill(world, mode, seconds, then=lambda: None):
    """For so long, and until some were struck: a fault that nobody noticed is none.  `then` happens before the end."""
    world.begin(mode)
    time.sleep(seconds)
    end = time.monotonic() + PATIENCE
    while world.struck < ENOUGH and time.monotonic() < end:
        time.sleep(0.02)
    then()
    world.begin("")


def ill_model(mode, is_long=False):
    @fault(f"model-{mode}", 0.7, 4, is_long)
    def ill(stage, _rng, seconds):
        be_ill(stage.openai, mode, seconds)


def ill_telegram(mode, is_long=False):
    @fault(f"telegram-{mode}", 0.7, 4, is_long)
    def ill(stage, _rng, seconds):
        be_ill(stage.telegram, mode, seconds)


for ill_mode in ("slow", "cut", "garbage", "429", "500"):
    ill_model(ill_mode)
for ill_mode in ("429", "500", "403", "lost", "repeat", "reorder"):
    ill_telegram(ill_mode)
ill_telegram("silent", is_long=True)


@fault("kill-courier-mid-send", 0.3, 1)
def kill_courier_mid_send(stage, _rng, seconds):
    """What was sent has arrived, and whoever sent it dies before it hears so."""
    keys = workers("courier")
    be_ill(stage.telegram, "silent", seconds, lambda: [stage.kill(key) for key in keys])
    for key in keys:
        stage.run(KEYS[key], key)


# --- clocks ----------------------------------------------------------------------------------


def stepping(name, sign):
    @fault(f"clock-{name}", 1, 4)
    def step(stage, rng, seconds):
        """Everybody's wall clock is some minutes off for a while, and then right again."""
        stage.clock.step(sign * rng.randrange(60, 600))
        time.sleep(seconds)
        stage.clock.step(0)


stepping("forward", 1)
stepping("back", -1)


@fault("clock-kill", 0.5, 2)
def clock_kill(stage, rng, seconds):
    """Workers die while the clock is minutes ahead: by the right one, their leases last long."""
    keys = workers("llm-worker") + workers("courier")
    stage.clock.step(rng.randrange(300, 600))
    time.sleep(1.5 + seconds)  # so that they renew
    for key in keys:
        stage.kill(key)
    stage.clock.step(0)
    for key in keys:
        stage.run(KEYS[key], key)
