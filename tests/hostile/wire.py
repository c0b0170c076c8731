"""Bytes as no client would send them, and what comes back."""

import contextlib
import re
import socket
import time


def exchange(port, *pieces, timeout=5, pause=0.0):
    """Sends the pieces; returns the statuses, the whole answer, and whether they closed."""
    got = b""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as s:
        with contextlib.suppress(OSError):  # it may be refused before it is complete
            for piece in pieces:
                s.sendall(piece)
                time.sleep(pause)
        closed, got = read_answers(s, timeout)
    return statuses(got), got, closed


def read_answers(s, timeout):
    """Until the other side closes, or is silent for a moment after an answer."""
    got, end = b"", time.monotonic() + timeout
    while time.monotonic() < end:
        s.settimeout(0.25 if got else max(0.01, end - time.monotonic()))
        try:
            data = s.recv(65536)
        except TimeoutError:
            return False, got
        except OSError:
            return True, got
        if not data:
            return True, got
        got += data
    return False, got


def statuses(answer):
    """Of all answers on the connection; "HTTP/1.1 " within a body does not count."""
    found, at = [], 0
    while match := re.compile(rb"HTTP/1\.[01] (\d{3}) [^\r\n]*\r\n").match(answer, at):
        found.append(int(match[1]))
        head, _, _ = answer[at:].partition(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: *(\d+)", head)
        at += len(head) + 4 + (int(length[1]) if length else 0)
    return found
