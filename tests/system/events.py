"""A browser's EventSource."""

import contextlib
import http.client
import json
import socket
import threading

from tests.system import openapi


class EventSource:
    """Reads until closed; `got` grows."""

    def __init__(self, port, path, headers):
        self.path, self.got, self.is_over = path, [], False
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.request("GET", path, headers={**headers, "Accept": "text/event-stream"})
        self.socket = self.connection.sock
        self.response = self.connection.getresponse()
        self.status = self.response.status
        openapi.check("GET", path, self.status, self.response.headers)
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self):
        event = {}
        try:
            for line in self.response:
                line = line.decode().rstrip("\r\n")
                if not line:
                    if "data" in event:
                        event["data"] = json.loads(event["data"])
                        self.got.append(event)
                    event = {}
                elif not line.startswith(":"):
                    name, _, value = line.partition(":")
                    event[name] = value.removeprefix(" ")
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            pass
        self.is_over = True

    def of(self, kind):
        found = [e for e in list(self.got) if e.get("event") == kind]
        for event in found:
            openapi.check_event(self.path, event)
        return found

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.thread.join(5)
