"""A crowd of idle and slow connections: people do not notice, and nothing is left of it.

The long form, with ten thousand of them and with figures, is scripts/hostile.
"""

import asyncio
import os
import time

from tests.fakes.server import wait_for
from tests.hostile import traffic
from tests.hostile.__main__ import ORIGIN, Crowd, connections
from tests.system.stack import request

IDLE, SLOW = 300, 80


def open_files(stack):
    return len(os.listdir(f"/proc/{stack.processes['ingress'].popen.pid}/fd"))


def visit(stack, tokens, seconds):
    """Everybody is answered with the right status, or this raises."""
    waits = asyncio.run(traffic.run(stack.port, tokens, ORIGIN, 20, seconds))
    assert len(waits["read"]) > 10 * seconds, "people waited in vain"


def test_a_crowd_is_borne_and_leaves_nothing_behind(stack):
    people = [stack.widget("library-site").token for _ in range(8)]
    wait_for(lambda: connections(stack) == 0, "everybody to have left")
    before = open_files(stack)
    crowd = Crowd(stack.port, people[0], IDLE, SLOW)
    try:
        assert connections(stack) >= 0.9 * (IDLE + SLOW)
        visit(stack, people, 12)  # longer than a request may take to arrive
    finally:
        left = crowd.dismiss()
    for kind in ("byte by byte", "endless head", "endless body"):
        assert left["cut"].get(kind, 0) >= SLOW // 8, f"{kind} was not cut: {left}"
    assert left["refused"] == {}, "there was room for everybody"
    wait_for(lambda: connections(stack) == 0, "the crowd to have left", 30)
    assert open_files(stack) <= before + 2
    visit(stack, people, 1)


def test_beyond_the_most_connections_newcomers_wait_and_are_served(stack):
    stack.kill("ingress")
    stack.restart("ingress", MAX_CONNECTIONS="20")
    token = stack.widget("library-site").token
    crowd = Crowd(stack.port, token, 20, 0)
    try:
        assert request(stack.processes["ingress"].metrics, "GET", "/readyz").status == 200
    finally:
        crowd.dismiss()
    assert stack.http("GET", "/healthz").status == 200


def test_a_person_that_floods_is_told_and_others_are_served(stack):
    stack.kill("ingress")
    stack.restart("ingress", RATE_LIMITS="1")
    flood = [stack.widget("strict-site")]
    told = [flood[0].send("again").status for _ in range(40)]
    assert told.count(201) <= 10 and told.count(429) >= 30, told
    assert stack.widget("library-site").send("hello").status == 201


def test_an_address_that_floods_is_told(stack):
    begun, told = time.monotonic(), []
    people = [stack.widget("library-site") for _ in range(12)]
    while 429 not in told and len(told) < 10_000:
        told += [w.send("again").status for w in people]
    took = time.monotonic() - begun
    assert set(told) == {201, 429}, set(told)
    assert 20 <= told.count(201) <= 81 + 4 * took, "80 at once and 4 a second, less what was asked above"
