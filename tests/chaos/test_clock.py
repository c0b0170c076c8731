"""The clock that campaigns step, and that nobody is harmed by having it."""

import contextlib
import os
import shutil
import subprocess
import threading
import time
from pathlib import Path

import psycopg2
import pytest

from tests.chaos.campaign import work_folder
from tests.chaos.stage import Clock, Stage
from tests.system.stack import Servers

STEPS = 6
CLIENTS = 8
CANCELLED = 1000  # of each client; with a clock that called malloc(), one backend in about 2200 of all broke
SORT = "select string_agg(repeat('x', g), ',') from generate_series(1, 5000) g group by g % 701 order by 1"


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


def seconds_of(clock):
    script = "import time; print(time.time(), time.clock_gettime(time.CLOCK_REALTIME), time.monotonic())"
    done = subprocess.run(["/usr/bin/python3", "-c", script], env={**os.environ, **clock.env_of_ours()},
                          check=True, capture_output=True, text=True)
    return map(float, done.stdout.split())


@pytest.mark.parametrize("step", [0, 300, -300])
def test_only_the_wall_clock_is_stepped(clock, step):
    clock.step(step)
    wall, real = time.time(), time.monotonic()
    asked, also, monotonic = seconds_of(clock)
    assert abs(asked - wall - step) < 60 and abs(also - wall - step) < 60
    assert abs(monotonic - real) < 60


@contextlib.contextmanager
def open_folder():
    folder = work_folder()
    os.chmod(folder, 0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres(clock, folder):
    os.environ["PG_ENV"] = " ".join(f"{k}={v}" for k, v in clock.env().items())
    try:
        servers = Servers(folder)
    finally:
        os.environ.pop("PG_ENV")
    try:
        yield servers
    finally:
        servers.stop()


def be_cancelled(url, died):
    """Every statement is interrupted by the timer, whose handler asks what time it is."""
    try:
        with contextlib.closing(psycopg2.connect(url)) as db:
            db.autocommit = True
            cursor = db.cursor()
            cursor.execute("set statement_timeout = '1 ms'")
            for _ in range(CANCELLED):
                with contextlib.suppress(psycopg2.errors.QueryCanceled):
                    cursor.execute(SORT)
    except psycopg2.Error as error:
        died.append(str(error))


def test_a_timer_may_ask_for_the_time_at_any_moment():
    died = []
    with open_folder() as folder, postgres(Clock(f"{folder}/clock"), f"{folder}/servers") as servers:
        threads = [threading.Thread(target=be_cancelled, args=(servers.env["DATABASE_URL"], died)) for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert died == []


@contextlib.contextmanager
def playing_with_time(folder):
    clock = Clock(f"{folder}/clock")
    with postgres(clock, f"{folder}/servers") as servers:
        stage = Stage(servers, Path(folder) / "logs", 1, clock)
        try:
            yield stage.start(), clock
        finally:
            for process in stage.processes.values():
                process.kill()


def leases(stage):
    return set(stage.sql("select id, name from worker"))


def test_nobody_is_dead_because_time_flew():
    """Each time all leases have run out at once, and workers sweep in that moment; some of them are new."""
    with open_folder() as folder, playing_with_time(folder) as (stage, clock):
        before = leases(stage)
        for n in range(STEPS):
            clock.step(100 * (n + 1))
            stage.run("courier", f"new-{n}")
            time.sleep(1.6)  # they renew meanwhile
        assert before <= leases(stage)
