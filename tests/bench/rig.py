"""A private Tandem to be measured, with an outside world in C."""

import contextlib
import json
import os
import pathlib
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request

import psycopg2

from tests.fakes.server import wait_for
from tests.system.stack import BUILD, TOP, Servers, Stack, free_port

BENCH = BUILD / "tests/bench"
BOTS = TOP / "tests/bench/bots.yaml"
SERVICES = ("ingress", "llm-worker", "courier")
SEGMENTS = 32  # of PostgreSQL's log, 16 MB each: more than any part needs


def can_connect(port):
    with socket.socket() as s:
        return s.connect_ex(("127.0.0.1", port)) == 0


def recycle_log(url):
    """Make PostgreSQL's log what it is on a server that has run for a while: its next segments are old ones.
    Without them whoever needs the next one waits until 16 MB of zeros are on disk."""
    with contextlib.closing(psycopg2.connect(url)) as db:
        db.autocommit = True
        cursor = db.cursor()
        cursor.execute(f"alter system set min_wal_size = '{16 * SEGMENTS}MB'")
        cursor.execute("select pg_reload_conf()")
        cursor.execute(f"select pg_logical_emit_message(false, '', ''), pg_switch_wal() from generate_series(1, {SEGMENTS})")
        cursor.execute("checkpoint")


class Program:
    """One of the programs beside us, listening at a port of its own."""

    def __init__(self, name, *words, scheme="http"):
        self.port = free_port()
        self.process = subprocess.Popen([BENCH / name, str(self.port), *map(str, words)])
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.pid = self.process.pid

    def stop(self):
        self.process.terminate()
        self.process.wait(5)


class World(Program):
    """Telegram, and a model that answers at once."""

    def __init__(self):
        super().__init__("bench-world")

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=20) as answer:
            return answer.read().decode()

    def count(self):
        return int(self.get("/count"))


def make_certificate(folder):
    """For 127.0.0.1, signed by itself: to be trusted it must be named as the authority."""
    cert, key = folder / "model.crt", folder / "model.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30",
         "-subj", "/CN=bench", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", cert],
        check=True, capture_output=True,
    )  # fmt: skip
    return cert, key


class Model(Program):
    """A model that takes its time and streams; over TLS where a certificate is given."""

    def __init__(self, first_ms, deltas, every_ms, certificate=()):
        super().__init__("bench-model", first_ms, deltas, every_ms, *certificate, scheme="https" if certificate else "http")
        self.certificate = certificate

    def state(self, path="/"):
        words = ["--cacert", str(self.certificate[0])] if self.certificate else []
        done = subprocess.run(["curl", "-s", "-m", "20", *words, self.url + path], capture_output=True, text=True)
        return json.loads(done.stdout)

    def env(self):
        trust = {"SSL_CERT_FILE": str(self.certificate[0])} if self.certificate else {}
        return {"OPENAI_BASE_URL": self.url + "/v1", **trust}


class Rig:
    """Servers, the world and a stack of services; `env` may name another model."""

    def __init__(self, env=None, services=SERVICES):
        self.held = contextlib.ExitStack()
        self.folder = pathlib.Path(self.held.enter_context(tempfile.TemporaryDirectory(prefix="tandem-bench-")))
        os.chmod(self.folder, 0o755)
        try:
            self.start_servers()
            self.start(env or {}, services)
        except BaseException:
            self.held.close()
            raise

    def start_servers(self):
        self.servers = Servers(self.folder / "servers")
        self.held.callback(self.servers.stop)
        recycle_log(self.servers.env["DATABASE_URL"])
        self.world = World()
        self.held.callback(self.world.stop)

    def start(self, env, services):
        env = {
            "TELEGRAM_API_ROOT": self.world.url,
            "TELEGRAM_BOT_TOKEN": "1:bench",
            "OPENAI_BASE_URL": self.world.url + "/v1",
            "RATE_LIMITS": "0",
            "MAX_CONNECTIONS": "20000",
            "LOG_QUIET": "1",
            **env,
        }
        self.stack = Stack(self.servers, self.folder / "stack", bots=BOTS, env=env)
        self.held.callback(self.stack.stop)
        self.next_id = 1
        self.stack.redis().flushall()
        self.stack.tandem("migrate")
        self.stack.tandem("bot", "apply", str(BOTS))
        for name in services:
            self.stack.run(name)
        self.stack.wait_ready()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.held.close()

    def pids(self):
        return {key: p.popen.pid for key, p in self.stack.processes.items()}

    def listening_port(self):
        return self.stack.port

    def stop_workers(self):
        for key in list(self.stack.processes):
            if not key.startswith("ingress"):
                self.stack.processes.pop(key).stop()

    def server_pids(self):
        """PostgreSQL's first process and Redis's, as their folder tells."""
        redis = int((self.servers.home / "redis.pid").read_text())
        return {"redis": [redis], "postgresql": [self.servers.postmaster()]}

    # --- Telegram's side ---------------------------------------------------------

    def secret(self):
        deadline = time.monotonic() + 20
        while not (secret := self.world.get("/secret")) and time.monotonic() < deadline:
            time.sleep(0.05)
        return secret

    def load_words(self, connections, updates, chats, rate=0, port=None, log=None, text=None):
        words = [port or self.listening_port(), "/telegram/bench-telegram", self.secret(), connections, updates, chats]
        words += [self.next_id, rate, *([log] if log else []), *([text] if text else [])]
        self.next_id += updates
        return [BENCH / "bench-load", *map(str, words)]

    def run_load(self, words):
        updates = int(words[5])
        done = subprocess.run(words, capture_output=True, text=True, timeout=600)
        said = json.loads(done.stdout) if done.stdout else {"sent": 0}
        if said["sent"] < updates:
            raise SystemExit(f"bench-load: {said['sent']} of {updates} were answered; {done.stderr}")
        return said

    def load(self, *words, **more):
        return self.run_load(self.load_words(*words, **more))

    def drain(self, sent, timeout=120):
        deadline = time.monotonic() + timeout
        while self.world.count() < sent and time.monotonic() < deadline:
            time.sleep(0.005)

    def wait_port(self, port):
        wait_for(lambda: can_connect(port), f"somebody at port {port}", 10)

    # --- browsers ------------------------------------------------------------------

    def listen(self, clients):
        return Listeners(self.stack.port, clients)


class Listeners:
    """Browsers in their thousands; `lines` grows by what they say every second."""

    def __init__(self, port, clients):
        self.lines = []
        words = [BENCH / "bench-listen", str(port), "bench-site", str(clients)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def last(self, key):
        return self.lines[-1][key] if self.lines else 0

    def wait(self, timeout):
        self.process.wait(timeout)
        self.thread.join(10)
        return self.process.returncode

    def stop(self):
        self.process.kill()
        self.process.wait(10)
