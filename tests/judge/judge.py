#!/usr/bin/env python3
"""Telegram's own parser judges what we render.

usage: judge.py TANDEM [--documents N] [--seed S] [FILE.md...]

Each document goes through `tandem try markdown`; every message must be taken by
TDLib's parser, mean the words of the plain variant, and fit into a message.
TDLib comes from npm: `npm ci` in this folder.  Without it: exit status 77, skipped.
"""

import argparse
import ctypes
import glob
import json
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
PIECES = [
    "# ", "## ", "- ", "* ", "1. ", "3) ", "> ", "    ", "- [ ] ", "- [x] ", "---\n", "```\n", "```python\n",
    "~~~\n", "`", "``", "**", "*", "_", "__", "***", "~~", "[", "](", ")", "![", "<", ">", "&", "&amp;", "&lt;", "&#0;",
    "\"", "\\", "|", "| a | b |\n|---|:-:|\n| 1 | 2 |\n", "|---|---|\n", "\n", "\n\n", "  \n", "\t", " ",
    "https://a.example/?x=1&y=<2>", "[t](https://a.example/\"q\")", "[t](javascript:x)", "<b>", "</b>", "<br>",
    "<script>alert(1)</script>", "word", "слово", "ещё слова тут", "日本語", "👩‍👩‍👧‍👦", "🇷🇺🇺🇸", "e\u0301", "\u200b",
    "\u202e", "\u0333", "\u030a", "\ufeff", "\u00a0", "\x01", "\x0b", "\r\n", "@user", "#tag", "/start", "a@b.cc",
    "x" * 300, "длинное " * 60, "👍" * 200, "a_b_c", "2*3*4", "tg://user?id=1", "[u](tg://user?id=1)", "\ufffd",
]


def library():
    found = glob.glob(str(HERE / "node_modules/@prebuilt-tdlib/*/libtdjson*"))
    if not found:
        print("skipped: TDLib is not installed here (npm ci)")
        sys.exit(77)
    td = ctypes.CDLL(found[0])
    td.td_execute.restype = ctypes.c_char_p
    td.td_execute.argtypes = [ctypes.c_char_p]
    td.td_execute(json.dumps({"@type": "setLogVerbosityLevel", "new_verbosity_level": 0}).encode())
    return td


def parse(td, html):
    request = {"@type": "parseTextEntities", "text": html, "parse_mode": {"@type": "textParseModeHTML"}}
    return json.loads(td.td_execute(json.dumps(request).encode()))


def units(text):
    return len(text.encode("utf-16-le")) // 2


def overlap(entities):
    """Entities may touch or hold one another, but not cross."""
    spans = sorted((e["offset"], -e["length"]) for e in entities)
    ends = []
    for start, minus in spans:
        while ends and ends[-1] <= start:
            ends.pop()
        if ends and start - minus > ends[-1]:
            return True
        ends.append(start - minus)
    return False


def complaints(td, message):
    html, plain = message["text"], message["plain"]
    verdict = parse(td, html)
    if verdict["@type"] != "formattedText":
        yield verdict.get("message", "refused")
        return
    if verdict["text"] != plain:
        yield "means other words than the plain variant"
    if units(verdict["text"]) > 4096 or len(verdict["text"]) > 4096:
        yield "too long"
    if len(verdict["entities"]) > 100:
        yield f"{len(verdict['entities'])} entities"
    if len(html.encode()) > 32768:
        yield "too many bytes"
    if not verdict["text"].strip() or plain != plain.strip(" \n\t") and "<pre>" not in html:
        yield "empty, or with space around it"
    if overlap(verdict["entities"]):
        yield "entities cross"


def judge(td, tandem, markdown):
    done = subprocess.run([tandem, "try", "markdown", "--channel", "telegram"], input=markdown.encode(),
                          capture_output=True, timeout=60)
    if done.returncode != 0:
        return 0, [f"tandem ended with {done.returncode}: {done.stderr.decode()[-300:]}"]
    found, messages = [], [json.loads(line) for line in done.stdout.decode().splitlines()]
    for message in messages:
        found += [f"{what}: {message['text'][:300]!r}" for what in complaints(td, message)]
    return len(messages), found


def documents(count, seed):
    dice = random.Random(seed)
    for _ in range(count):
        yield "".join(dice.choice(PIECES) for _ in range(dice.choice([3, 10, 40, 200, 1000])))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("tandem")
    options.add_argument("files", nargs="*")
    options.add_argument("--documents", type=int, default=150)
    options.add_argument("--seed", type=int, default=1)
    args = options.parse_args()
    td = library()
    texts = [pathlib.Path(name).read_text() for name in args.files] + list(documents(args.documents, args.seed))
    sent = bad = 0
    for number, text in enumerate(texts):
        messages, found = judge(td, args.tandem, text)
        sent += messages
        bad += len(found)
        for what in found[:3]:
            print(f"document {number}: {what}")
    print(f"{len(texts)} documents, {sent} messages, {bad} complaints")
    return 1 if bad or not sent else 0


if __name__ == "__main__":
    sys.exit(main())
