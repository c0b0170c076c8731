"""YandexGPT's native API: newline-delimited JSON whose every line holds the whole text so far.

Rules match words of the last user message.  A behaviour may hold

  text="..." or lines=[...]     the answer, or the texts of the lines (an earlier part may change)
  human="reason"                it calls a human, where it was given a schema that lets it
  last="ALTERNATIVE_STATUS_CONTENT_FILTER"   the status of the last line
  first_delay=, delay=          seconds before the first line, between lines
  hold=(N, event)               the line number N waits for a threading.Event
  cut=N, fragment=N             the connection breaks after N bytes; N bytes at a time
  error_after=N, error={...}    after N lines an error line
  status=429, error={...}, shape="grpc" | "operation" | "openai"
"""

import asyncio
import json
import time

from aiohttp import web

from tests.fakes.server import Fake, main, write_part

DEFAULT_KEY = "yandex-fake-key-for-tests"
DEFAULT_FOLDER = "b1gfake"
STATUS = "ALTERNATIVE_STATUS_"
CODES = {400: (3, "Bad Request"), 401: (16, "Unauthorized"), 403: (7, "Forbidden"), 429: (8, "Too Many Requests"),
         500: (13, "Internal Server Error"), 503: (14, "Service Unavailable"), 504: (4, "Gateway Timeout")}
TOO_MANY = (
    "ai.textGenerationCompletionSessionsCount.count gauge quota limit exceed: allowed 10 requests"
)


def error_body(status, message, shape):
    code, words = CODES.get(status, (2, "Unknown"))
    if shape == "operation":
        return {"code": code, "message": message, "details": []}
    if shape == "openai":
        return {"error": {"message": message, "type": "model_call_error", "code": str(code)}}
    return {"error": {"grpcCode": code, "httpCode": status, "message": message, "httpStatus": words, "details": []}}


class YandexGPT(Fake):
    def __init__(self, port=0, key=DEFAULT_KEY, folder=DEFAULT_FOLDER, slots=10):
        super().__init__(port)
        self.key, self.folder, self.slots = key, folder, slots
        self.active = 0
        self.most = 0  # generations at once

    def routes(self, router):
        router.add_post("/foundationModels/v1/completion", self.completion)

    @staticmethod
    def refuse(status, message, shape="grpc"):
        return web.json_response(error_body(status, message, shape), status=status)

    def check(self, request, body):
        if request.headers.get("Authorization") not in (f"Api-Key {self.key}", f"Bearer {self.key}"):
            return 401, "Unknown api key"
        if not isinstance(body, dict) or not str(body.get("modelUri", "")).startswith("gpt://"):
            return 400, "Error in session internal_id=1: invalid modelUri"
        if body["modelUri"].split("/")[2] != self.folder:
            return 403, f"Specified folder ID '{body['modelUri'].split('/')[2]}' does not match with service account folder ID"
        options = body.get("completionOptions", {})
        if not 0 <= float(options.get("temperature", 0)) <= 1:
            return 400, "temperature must be in range [0, 1]"
        for m in body.get("messages") or [{}]:
            if m.get("role") not in ("system", "user", "assistant") or not isinstance(m.get("text"), str):
                return 400, "invalid messages"
        return None

    async def completion(self, request):
        try:
            body = await request.json()
        except ValueError:
            body = None
        wrong = self.check(request, body)
        if wrong:
            with self.lock:
                self.calls.append({"refused": wrong[1], "body": body})
            return self.refuse(*wrong)
        question = next((m["text"] for m in reversed(body["messages"]) if m["role"] == "user"), "")
        with self.lock:
            self.calls.append({"question": question, "body": body, "headers": dict(request.headers), "at": time.monotonic()})
        behaviour = self.take(question)
        if "status" in behaviour:
            return self.refuse(behaviour["status"], behaviour.get("error", "internal error"), behaviour.get("shape", "grpc"))
        if self.active >= self.slots:
            return self.refuse(429, TOO_MANY)
        self.active += 1
        self.most = max(self.most, self.active)
        try:
            return await self.answer(request, body, question, behaviour)
        finally:
            self.active -= 1

    @staticmethod
    def texts(body, question, behaviour):
        if "lines" in behaviour:
            return behaviour["lines"]
        text = behaviour.get("text", f"You said: {question}")
        if "jsonSchema" in body:  # then every answer is JSON of that shape
            reason = behaviour.get("human")
            fields = {"action": "answer", "reason": "", "reply": text}
            if reason is not None:
                fields = {"action": "call_human", "reason": reason, "reply": ""}
            text = json.dumps(fields, ensure_ascii=False)
        words = text.split(" ")
        return [" ".join(words[: n + 1]) for n in range(len(words))]

    def line(self, text, status):
        n = str(len(text) // 4 + 1)
        usage = {"inputTextTokens": "12", "completionTokens": n, "totalTokens": str(12 + int(n)),
                 "completionTokensDetails": {"reasoningTokens": "0"}}
        message = {"role": "assistant", "text": text}
        result = {"alternatives": [{"message": message, "status": status}], "usage": usage, "modelVersion": "09.02.2025"}
        return json.dumps({"result": result}, ensure_ascii=False).encode() + b"\n"

    async def answer(self, request, body, question, behaviour):
        texts = self.texts(body, question, behaviour)
        last = behaviour.get("last", STATUS + "FINAL")
        if not body.get("completionOptions", {}).get("stream"):
            return web.Response(body=self.line(texts[-1], last), content_type="application/json")
        reply = web.StreamResponse(headers={"Content-Type": "application/json"})
        await reply.prepare(request)
        await asyncio.sleep(behaviour.get("first_delay", 0))
        left = behaviour.get("cut")
        at_line, released = behaviour.get("hold", (None, None))
        for i, text in enumerate(texts):
            if behaviour.get("error_after") == i:
                await reply.write(json.dumps(error_body(500, "internal error", behaviour.get("shape", "grpc"))).encode() + b"\n")
                return reply
            while i == at_line and not released.is_set():
                await asyncio.sleep(0.02)
            data = self.line(text, last if i + 1 == len(texts) else STATUS + "PARTIAL")
            left = await write_part(reply, data, behaviour, left)
            if left == 0:
                request.transport.close()
                return reply
            await asyncio.sleep(behaviour.get("delay", 0))
        return reply


if __name__ == "__main__":
    main(lambda port: YandexGPT(port), __doc__.splitlines()[0])
