"""An OpenAI-compatible server: streaming chat completions, and every way they go wrong.

Rules match words of the last user message.  A behaviour may hold

  text="..." or pieces=[...]    the answer (default: an echo), cut into pieces by words
  first_delay=, delay=          seconds before the first piece, between pieces
  hold=(N, event)               the piece number N waits for a threading.Event
  hurry=event                   once it is set, there is no delay any more
  cut=N                         the connection breaks after N bytes of the stream's body
  fragment=N                    the stream is written N bytes at a time
  error_after=N, error={...}    after N pieces an error object arrives in the stream
  status=429, error={...}, headers={...}, body="..."   refused at once
  garbage="..."                 200 with this instead of a stream
  finish="length"               why it ends; usage=False leaves the usage out
  hang=True                     headers, then silence
  tool=("name", {...})          it calls this tool, after the text if there is any; only one it was offered
"""

import asyncio
import json
import re
import time

from aiohttp import web

from tests.fakes.server import Fake, main, write_part

DEFAULT_KEY = "sk-fake-key-for-tests"
KNOWN = {
    "model", "messages", "stream", "stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p",
    "store", "safety_identifier", "user", "reasoning_effort", "verbosity", "stop", "n", "seed", "metadata",
    "presence_penalty", "frequency_penalty", "response_format", "tools", "tool_choice", "service_tier",
}
ROLES = {"developer", "system", "user", "assistant", "tool"}

RATE_LIMIT = {
    "message": "Rate limit reached for requests", "type": "requests", "param": None, "code": "rate_limit_exceeded"
}
NO_MONEY = {
    "message": "You exceeded your current quota, please check your plan and billing details.",
    "type": "insufficient_quota", "param": None, "code": "insufficient_quota",
}
SERVER_ERROR = {
    "message": "The server had an error while processing your request. Sorry about that!",
    "type": "server_error", "param": None, "code": None,
}


def complaint(message, code=None, param=None, kind="invalid_request_error"):
    return {"message": message, "type": kind, "param": param, "code": code}


def plain(content):
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content)
    return content or ""


def check(body):
    """What OpenAI would say about this request: None, or (status, error)."""
    if not isinstance(body, dict):
        return 400, complaint("We could not parse the JSON body of your request.")
    for name in body:
        if name not in KNOWN:
            return 400, complaint(f"Unrecognized request argument supplied: {name}")
    if not isinstance(body.get("model"), str):
        return 400, complaint("you must provide a model parameter")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        return 400, complaint("Invalid 'messages': empty array.", "empty_array", "messages")
    for i, m in enumerate(messages):
        if m.get("role") not in ROLES:
            return 400, complaint(f"Invalid value: '{m.get('role')}'.", "invalid_value", f"messages[{i}].role")
        if not isinstance(m.get("content"), (str, list)):
            return 400, complaint("Invalid value for 'content': expected a string, got null.", None, f"messages.[{i}].content")
    if "stream_options" in body and not body.get("stream"):
        return 400, complaint("The 'stream_options' parameter is only allowed when 'stream' is enabled.", param="stream_options")
    return None


class OpenAI(Fake):
    def __init__(self, port=0, key=DEFAULT_KEY):
        super().__init__(port)
        self.key = key
        self.active = 0  # streams being written
        self.cancelled = 0  # streams the client left

    def routes(self, router):
        router.add_post("/v1/chat/completions", self.completions)
        router.add_get("/v1/models", self.models)

    @property
    def base_url(self):
        return f"{self.url}/v1"

    async def models(self, request):
        if not self.authorized(request):
            return self.refuse(401, complaint("Incorrect API key provided.", "invalid_api_key"))
        return web.json_response({"object": "list", "data": [{"id": "gpt-test", "object": "model", "shutdown_date": None}]})

    def authorized(self, request):
        return request.headers.get("Authorization") == f"Bearer {self.key}"

    @staticmethod
    def refuse(status, error, headers=None):
        return web.json_response({"error": error}, status=status, headers={"x-request-id": "req_fake", **(headers or {})})

    async def completions(self, request):
        if not self.authorized(request):
            return self.refuse(401, complaint("Incorrect API key provided.", "invalid_api_key"))
        try:
            body = await request.json()
        except ValueError:
            body = None
        wrong = check(body)
        if wrong:
            with self.lock:
                self.calls.append({"refused": wrong[1], "body": body})
            return self.refuse(*wrong)
        question = next((plain(m["content"]) for m in reversed(body["messages"]) if m["role"] == "user"), "")
        with self.lock:
            self.calls.append({"question": question, "body": body, "at": time.monotonic()})
        behaviour = self.take(question)
        if "status" in behaviour:
            if "body" in behaviour:
                return web.Response(status=behaviour["status"], text=behaviour["body"], headers=behaviour.get("headers"))
            return self.refuse(behaviour["status"], behaviour.get("error", SERVER_ERROR), behaviour.get("headers"))
        if not body.get("stream"):
            return web.json_response(self.whole(body, question, behaviour))
        return await self.stream(request, body, question, behaviour)

    @staticmethod
    def pieces(question, behaviour):
        if "pieces" in behaviour:
            return behaviour["pieces"]
        if "tool" in behaviour and "text" not in behaviour:
            return []
        return re.findall(r"\s*\S+|\s+$", behaviour.get("text", f"You said: {question}"))

    def whole(self, body, question, behaviour):
        text = "".join(self.pieces(question, behaviour))
        message = {"role": "assistant", "content": text, "refusal": None}
        tools = self.tool_calls(body, behaviour)
        if tools:
            message |= {"content": text or None, "tool_calls": tools}
        finish = "tool_calls" if tools else "stop"
        return {
            "id": "chatcmpl-1", "object": "chat.completion", "created": int(time.time()), "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish}], "usage": self.usage(body, text),
        }

    @staticmethod
    def tool_calls(body, behaviour):
        """What the model calls, if it was offered that."""
        name, arguments = behaviour.get("tool", (None, None))
        if name not in [t["function"]["name"] for t in body.get("tools", [])]:
            return []
        call = {"name": name, "arguments": json.dumps(arguments, ensure_ascii=False)}
        return [{"id": "call_fake", "type": "function", "function": call}]

    @staticmethod
    def usage(body, text):
        prompt = sum(len(plain(m["content"])) for m in body["messages"]) // 4 + 3
        answer = len(text) // 4 + 1
        return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}

    def events(self, body, question, behaviour):
        """The stream as a list of (bytes, is a piece)."""

        def chunk(choices, usage=None):
            value = {
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": int(time.time()),
                "model": body["model"], "service_tier": "default", "choices": choices, "usage": usage,
            }
            return f"data: {json.dumps(value, ensure_ascii=False)}\n\n".encode()

        def delta(value, finish=None):
            return chunk([{"index": 0, "delta": value, "logprobs": None, "finish_reason": finish}])

        pieces = self.pieces(question, behaviour)
        out = [(delta({"role": "assistant", "content": "", "refusal": None}), False)]
        for i, piece in enumerate(pieces):
            if behaviour.get("error_after") == i:
                error = {"error": behaviour.get("error", SERVER_ERROR)}
                return out + [(f"data: {json.dumps(error)}\n\n".encode(), False)]
            out.append((delta({"content": piece}), True))
        tools = self.tool_calls(body, behaviour)
        for call in tools:  # as OpenAI does: the name first, then its arguments piece by piece
            words = call["function"]["arguments"]
            begun = {**call, "index": 0, "function": {"name": call["function"]["name"], "arguments": ""}}
            out.append((delta({"tool_calls": [begun]}), False))
            for at in range(0, len(words), 5):
                out.append((delta({"tool_calls": [{"index": 0, "function": {"arguments": words[at : at + 5]}}]}), True))
        out.append((delta({}, behaviour.get("finish", "tool_calls" if tools else "stop")), False))
        if body.get("stream_options", {}).get("include_usage") and behaviour.get("usage", True):
            out.append((chunk([], self.usage(body, "".join(pieces))), False))
        return out + [(b"data: [DONE]\n\n", False)]

    def stream_bytes(self, question, **behaviour):
        """How long the stream for this would be: for tests that cut it everywhere."""
        body = {"model": "gpt-test", "messages": [], "stream_options": {"include_usage": True}}
        return sum(len(data) for data, _ in self.events(body, question, behaviour))

    async def stream(self, request, body, question, behaviour):
        reply = web.StreamResponse(headers={"Content-Type": "text/event-stream", "x-request-id": "req_fake"})
        await reply.prepare(request)
        self.active += 1
        try:
            await self.write(request, reply, body, question, behaviour)
        except ConnectionError:
            self.cancelled += 1
        finally:
            self.active -= 1
        return reply

    async def write(self, request, reply, body, question, behaviour):
        if behaviour.get("hang"):
            await self.linger(request, 3600)
        await self.linger(request, behaviour.get("first_delay", 0))
        if "garbage" in behaviour:
            await reply.write(behaviour["garbage"].encode("utf-8", "surrogateescape"))
            return
        left = behaviour.get("cut")
        at_piece, released = behaviour.get("hold", (None, None))
        hurry, pieces = behaviour.get("hurry"), 0
        for data, is_piece in self.events(body, question, behaviour):
            if is_piece and behaviour.get("delay") and not (hurry and hurry.is_set()):
                await self.linger(request, behaviour["delay"])
            while is_piece and pieces == at_piece and not released.is_set():
                await self.linger(request, 0.02)
            pieces += is_piece
            left = await write_part(reply, data, behaviour, left)
            if left == 0:
                await asyncio.sleep(0.01)
                request.transport.close()
                return

    @staticmethod
    async def linger(request, seconds):
        """Sleeps, but notices a client that left."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if request.transport is None or request.transport.is_closing():
                raise ConnectionResetError
            await asyncio.sleep(min(rest, 0.05))


if __name__ == "__main__":
    main(lambda port: OpenAI(port), __doc__.splitlines()[0])
