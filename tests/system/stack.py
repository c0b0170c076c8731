"""A whole Tandem for tests: real programs, real PostgreSQL and Redis, fakes of the outside world."""

import contextlib
import http.client
import itertools
import json
import os
import pathlib
import re
import secrets
import signal
import socket
import subprocess
import time

import psycopg2
import redis

from tests.fakes.openai import OpenAI
from tests.fakes.server import PATIENCE_S, wait_for
from tests.fakes.telegram import Telegram
from tests.fakes.yandexgpt import YandexGPT
from tests.system import openapi
from tests.system.events import EventSource

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TANDEM_BUILD", TOP / "build"))
PUBLIC_URL = "https://bot.test"
SERVICES = ("courier", "llm-worker", "operator-relay", "ingress")
CHATS = itertools.count(1001)  # of people in Telegram
MARK = "zq"  # begins a word of every message in tests: it must never be seen in a log


def word():
    return MARK + secrets.token_hex(5)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


KEPT = []


def own_port():
    """A port of our programs alone, also while none of them listens there.

    It is bound but not listened at: who says SO_REUSEADDR may do that, and the kernel gives it to nobody else.
    """
    KEPT.append(socket.socket())
    KEPT[-1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    KEPT[-1].bind(("127.0.0.1", 0))
    return KEPT[-1].getsockname()[1]


class Servers:
    """One PostgreSQL and one Redis for the whole run; a database for each stack."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.env = dict(line.split("=", 1) for line in self.call("start").splitlines())
        # Elsewhere than in their folder, if they cannot live there.
        self.home = pathlib.Path(self.env["REDIS_URL"].removeprefix("unix://")).parent
        self.made = 0

    def call(self, *verb):
        # As root the servers are another user's; they must be able to reach their folder.
        done = subprocess.run(
            [TOP / "scripts/servers", *verb, self.folder], check=True, stdout=subprocess.PIPE, text=True, timeout=120
        )
        return done.stdout

    def postmaster(self):
        return int((self.home / "postgres/postmaster.pid").read_text().split()[0])

    def make_database(self):
        self.made += 1
        name = f"tandem_{self.made}"
        with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db:
            db.autocommit = True
            db.cursor().execute(f"create database {name}")
        return self.env["DATABASE_URL"].replace("/tandem?", f"/{name}?")

    def stop(self):
        self.call("stop")


class Process:
    def __init__(self, name, env, log, metrics, under=()):
        self.name, self.log, self.metrics = name, log, metrics
        program = BUILD / "services" / name / name
        with open(log, "ab") as out:
            self.popen = subprocess.Popen([*under, program], env=env, stdout=out, stderr=out)

    def ready(self):
        if self.popen.poll() is not None:
            raise AssertionError(f"{self.name} left with {self.popen.returncode}:\n{self.log.read_text()[-3000:]}")
        return get_status(self.metrics, "/readyz") == 200

    def kill(self):
        self.popen.send_signal(signal.SIGKILL)
        self.popen.wait(10)

    def stop(self, timeout=PATIENCE_S):
        """Stops as an operator would; must succeed."""
        self.popen.send_signal(signal.SIGTERM)
        try:
            status = self.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.popen.send_signal(signal.SIGABRT)
            self.popen.wait(10)
            raise AssertionError(f"{self.name} did not leave within {timeout} s") from None
        assert status == 0, f"{self.name} left with {status}:\n{self.log.read_text()[-3000:]}"


def get_status(port, path):
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None


class Stack:
    def __init__(self, servers, folder, webhook=True, bots=None, env=None, telegram=None):
        self.servers, self.folder = servers, pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = own_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.telegram = Telegram(**(telegram or {})).start()
        self.telegram.addresses[PUBLIC_URL] = self.url
        self.openai = OpenAI().start()
        self.yandex = YandexGPT().start()
        self.secret = secrets.token_hex(24)
        self.processes = {}
        self.env = {
            **os.environ,
            **servers.env,
            "DATABASE_URL": servers.make_database(),
            "TANDEM_SECRET": self.secret,
            "LISTEN": f"127.0.0.1:{self.port}",
            "RATE_LIMITS": "0",  # everybody comes from one address here
            "WEB_ROOT": os.environ.get("WEB_ROOT", str(TOP / "build/web")),
            "TELEGRAM_API_ROOT": self.telegram.url,
            "TELEGRAM_BOT_TOKEN": self.telegram.token,
            "OPENAI_API_KEY": self.openai.key,
            "OPENAI_BASE_URL": self.openai.base_url,
            "YANDEX_API_KEY": self.yandex.key,
            "YANDEX_FOLDER_ID": self.yandex.folder,
            "YANDEX_BASE_URL": self.yandex.url,
            **({"PUBLIC_URL": PUBLIC_URL} if webhook else {}),
            **(env or {}),
        }
        self.bots = bots or TOP / "tests/system/bots.yaml"

    # --- life ------------------------------------------------------------------

    def start(self):
        self.redis().flushall()
        self.tandem("migrate")
        self.tandem("bot", "apply", str(self.bots))
        for name in SERVICES:
            self.run(name)
        self.wait_ready()
        return self

    def run(self, name, key=None, under=(), **env):
        """`under`: the words of another program that is to run it."""
        key = key or name
        metrics = own_port()
        merged = {**self.env, "METRICS_LISTEN": f"127.0.0.1:{metrics}", **env}
        self.processes[key] = Process(name, merged, self.folder / f"{key}.log", metrics, under)
        return self.processes[key]

    def wait_ready(self, *keys):
        for key in keys or list(self.processes):
            wait_for(self.processes[key].ready, f"{key} to be ready")

    def kill(self, key):
        self.processes.pop(key).kill()

    def restart(self, name, key=None, **env):
        process = self.run(name, key, **env)
        wait_for(process.ready, f"{key or name} to be ready")

    def stop(self):
        try:
            for key in reversed(list(self.processes)):
                self.processes.pop(key).stop()
        finally:
            for process in self.processes.values():
                process.kill()
            for fake in (self.telegram, self.openai, self.yandex):
                fake.stop()

    def tandem(self, *args, check=True):
        program = BUILD / "services/tandem/tandem"
        done = subprocess.run([program, *args], env=self.env, capture_output=True, text=True, timeout=120)
        assert not check or done.returncode == 0, f"tandem {' '.join(args)}: {done.stdout}{done.stderr}"
        return done

    # --- what is true in the end -------------------------------------------------

    def redis(self):
        return redis.Redis.from_url(self.env["REDIS_URL"])

    def sql(self, text, *values):
        with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db:
            cursor = db.cursor()
            cursor.execute(text, values)
            return cursor.fetchall()

    def sql_do(self, text):
        with contextlib.closing(psycopg2.connect(self.env["DATABASE_URL"])) as db, db:
            db.cursor().execute(text)

    def wait_idle(self, timeout=60):
        """Everything accepted has been dealt with."""
        busy = "select count(*) from job where state < 2 and not (queue = 3 and state = 0 and run_at > now())"  # timers are patient
        try:
            wait_for(lambda: self.sql(busy)[0][0] == 0, "no jobs to be left", timeout)
        except AssertionError as error:
            left = "select id, queue, kind, state, failures, deaths, (run_at - now())::text, error from job where state < 2 order by id"
            raise AssertionError(f"{error}: {self.sql(left)}") from None

    def verify(self, timeout=60):
        self.wait_idle(timeout)
        done = self.tandem("verify")
        assert "every event has exactly one outcome" in done.stdout, done.stdout
        dead = self.sql("select kind, queue, error from job where state = 2")
        assert dead == [], f"dead jobs: {dead}"

    def logs(self):
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def log_lines(self):
        return [json.loads(line) for line in self.logs().splitlines() if line.startswith("{")]

    def check_logs(self):
        """No secret and no message text in any log; every line is JSON."""
        logs = self.logs()
        hidden = [self.secret, self.telegram.token, self.openai.key, self.yandex.key]
        hidden.append(self.telegram.bot.webhook["secret"] or self.secret)
        for value in hidden:
            assert value not in logs, "a secret was logged"
        seen = re.search(rf".*\b{MARK}[0-9a-f]{{10}}.*", logs)
        assert not seen, f"a message's text was logged: {seen[0]}"
        for line in logs.splitlines():
            assert line.startswith("{"), f"not a log line: {line}"
            json.loads(line)

    # --- clients -------------------------------------------------------------------

    def http(self, method, path, body=None, headers=None, timeout=PATIENCE_S):
        reply = request(self.port, method, path, body, headers, timeout)
        openapi.check(method, path, reply.status, reply.headers, reply.body)
        return reply

    def widget(self, site="model-site", lang="en", **more):
        return Widget(self, site, lang, **more)


class Reply:
    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read()

    @property
    def json(self):
        return json.loads(self.body)


def request(port, method, path, body=None, headers=None, timeout=PATIENCE_S):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    headers = dict(headers or {})
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        headers.setdefault("Content-Type", "application/json")
    if isinstance(body, str):
        body = body.encode()
    try:
        connection.request(method, path, body=body, headers=headers)
        return Reply(connection.getresponse())
    finally:
        connection.close()


class Widget:
    """A browser with the widget open."""

    def __init__(self, stack, site, lang="en", origin="https://shop.test"):
        self.stack, self.origin = stack, origin
        reply = stack.http("POST", "/api/v1/sessions", {"site": site, "lang": lang}, {"Origin": origin})
        assert reply.status == 201, reply.body
        self.session = reply.json
        self.token = self.session["token"]
        self.lang = lang

    def headers(self):
        return {"Authorization": f"Bearer {self.token}", "Origin": self.origin}

    def send(self, text, message_id=None):
        body = {"id": message_id or secrets.token_hex(8), "text": text, "lang": self.lang}
        return self.stack.http("POST", "/api/v1/messages", body, self.headers())

    def say(self, text):
        reply = self.send(text)
        assert reply.status == 201, reply.body
        return reply.json["seq"]

    def messages(self, after=0):
        reply = self.stack.http("GET", f"/api/v1/messages?after={after}&limit=200", None, self.headers())
        assert reply.status == 200, reply.body
        return reply.json["messages"]

    def answers(self, after=0):
        return [m for m in self.messages(after) if m["author"] != "person"]

    def wait_answer(self, seq, timeout=PATIENCE_S):
        """The first message after `seq` that is not the person's own."""
        return wait_for(lambda: self.answers(seq), f"an answer after {seq}", timeout)[0]

    def ask(self, text, timeout=PATIENCE_S):
        return self.wait_answer(self.say(text), timeout)

    def listen(self, after=None):
        return Events(self, after)


class Events(EventSource):
    """What the widget hears."""

    def __init__(self, widget, after=None):
        last = {} if after is None else {"Last-Event-ID": str(after)}
        super().__init__(widget.stack.port, f"/api/v1/events?token={widget.token}", {**widget.headers(), **last})

    def messages(self):
        return [e["data"] for e in self.of("message")]

    def wait_messages(self, n, timeout=PATIENCE_S):
        wait_for(lambda: len(self.messages()) >= n, f"{n} messages over the stream", timeout)
        return self.messages()

    def text_of_deltas(self, answer=None):
        """What a person saw growing: the deltas put together, restarted where they begin anew."""
        text = b""
        for e in self.of("delta"):
            piece = e["data"]
            if answer and piece["answer"] != answer:
                continue
            assert piece["at"] <= len(text), "a hole in the deltas"
            text = text[: piece["at"]] + piece["text"].encode()
        return text.decode()


@contextlib.contextmanager
def run_whole(servers, folder, **options):
    """In the end every event must have exactly one outcome, every process must leave well, and
    the logs must hold no secret and nobody's words."""
    running = Stack(servers, folder, **options)
    try:
        running.start()
        yield running
        running.verify()
    finally:
        running.stop()
    running.check_logs()


def eventually(check, timeout=PATIENCE_S):
    """Runs an assertion until it holds."""
    end = time.monotonic() + timeout
    while True:
        try:
            return check()
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
