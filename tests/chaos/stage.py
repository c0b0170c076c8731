"""Where a campaign plays: a whole Tandem with several workers, a supervisor, and clocks of its own."""

import contextlib
import os
import pathlib
import re
import shutil
import signal
import struct
import time

import psycopg2

from tests.chaos.memory import private_kb
from tests.chaos.proxy import Proxy
from tests.chaos.world import ChaosModel, ChaosTelegram
from tests.system import stack as system
from tests.system.stack import Stack

KEYS = {
    "ingress": "ingress", "llm-1": "llm-worker", "llm-2": "llm-worker", "courier-1": "courier", "courier-2": "courier",
    "relay-1": "operator-relay", "relay-2": "operator-relay",
}
BOTS = pathlib.Path(__file__).parent / "bots.yaml"


class Clock:
    """A wall clock that can be stepped, for programs started with `env`; the monotonic one is left alone."""

    def __init__(self, folder):
        folder = pathlib.Path(folder)
        self.ahead = folder / "ahead"
        self.library = folder / "clock.so"  # a copy, where PostgreSQL's user can read it
        folder.mkdir(parents=True)
        shutil.copy(system.BUILD / "tests/chaos/clock.so", self.library)
        self.ahead.write_bytes(struct.pack("=i", 0))
        for path, mode in (folder, 0o755), (self.ahead, 0o644), (self.library, 0o755):
            path.chmod(mode)

    def step(self, seconds):
        """In place: everybody has it mapped."""
        with self.ahead.open("r+b", buffering=0) as file:
            file.write(struct.pack("=i", seconds))

    def env(self):
        return {"LD_PRELOAD": str(self.library), "CLOCK_AHEAD": str(self.ahead)}

    def env_of_ours(self):
        """The sanitizers' runtime wants to be the first library; here it may be the second."""
        options = [os.environ.get("ASAN_OPTIONS", ""), "verify_asan_link_order=0"]
        return {**self.env(), "ASAN_OPTIONS": ":".join(filter(None, options))}


def tell(pid, number):
    """False if there is no such process any more."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def sanitized():
    program = system.BUILD / "services/ingress/ingress"
    return program.exists() and b"libasan" in program.read_bytes()


class Stage(Stack):
    def __init__(self, servers, folder, seed, clock, webhook=True):
        super().__init__(servers, folder, webhook, BOTS, clock.env_of_ours())
        self.clock = clock
        self.openai.stop()
        self.telegram.stop()
        self.openai = ChaosModel(seed).start()
        self.telegram = ChaosTelegram(seed).start()
        self.telegram.addresses[system.PUBLIC_URL] = self.url
        self.env["TELEGRAM_API_ROOT"] = self.telegram.url
        self.env["TELEGRAM_SHOP_TOKEN"] = self.telegram.shop_token
        self.env["OPENAI_BASE_URL"] = self.openai.base_url
        socket = re.search(r"host=([^&]+)", self.env["DATABASE_URL"])[1]
        self.network = Proxy(self.folder / "network", socket)
        self.surprises = []  # what should not have happened

    def start(self):
        self.redis().flushall()
        self.tandem("migrate")
        self.tandem("bot", "apply", str(self.bots))
        for key, name in KEYS.items():
            self.run(name, key)
        self.wait_ready()
        return self

    def run(self, name, key=None, **env):
        """Programs reach PostgreSQL through a network that can fail; judges do not."""
        url = re.sub(r"host=[^&]+", f"host={self.network.path.parent}", self.env["DATABASE_URL"])
        return super().run(name, key, DATABASE_URL=url, **env)

    # --- processes ------------------------------------------------------------------

    def signal(self, key, number):
        self.processes[key].popen.send_signal(number)

    def look_after(self):
        """What died by itself is noted, and started again as a supervisor would."""
        for key, process in list(self.processes.items()):
            if process.popen.poll() is not None:
                end = process.log.read_text(errors="replace").splitlines()[-3:]
                self.surprises.append(f"{key} left with {process.popen.returncode}: {end}")
                self.run(KEYS[key], key)

    def memory(self):
        return {key: private_kb(process.popen.pid) for key, process in self.processes.items()}

    def postgres_pids(self):
        return [row[0] for row in self.sql(
            "select pid from pg_stat_activity where pid <> pg_backend_pid() and datname = current_database()")]

    def freeze(self, pids, seconds, then=lambda stopped: None):
        """They stand still; just before they go on, `then` happens.  Who is gone already is left out."""
        stopped = []
        try:
            stopped.extend(pid for pid in pids if tell(pid, signal.SIGSTOP))
            time.sleep(seconds)
            then(stopped)
        finally:
            for pid in stopped:
                tell(pid, signal.SIGCONT)

    def sql_alone(self, text):
        """Outside of a transaction."""
        with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db:
            db.autocommit = True
            db.cursor().execute(text)

    @contextlib.contextmanager
    def witness(self):
        """Gives a function that tells whether a connection made now has died."""
        with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db:
            yield lambda: not answers(db)

    def answers(self):
        """Does PostgreSQL take connections?"""
        try:
            with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db:
                return answers(db)
        except psycopg2.Error:
            return False

    # --- the end -----------------------------------------------------------------------

    def open_work(self):
        return self.sql("select count(*) from job where state < 2")[0][0]

    def oldest_work(self):
        """What is known of it, for whoever asks why it was not done."""
        return self.sql("select row_to_json(j)::text, row_to_json(w)::text, clock_timestamp()::text from job j"
                        " left join worker w on w.id = j.worker_id where j.state < 2 order by j.created_at limit 3")


def answers(db):
    try:
        db.cursor().execute("select 1")
        return True
    except psycopg2.Error:
        return False
