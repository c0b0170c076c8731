"""Telegram's own reading of parse_mode HTML: what it accepts, and the exact words of what it refuses."""

import re

TAGS = {
    "a", "b", "strong", "i", "em", "s", "strike", "del", "u", "ins", "tg-spoiler", "tg-emoji", "tg-time",
    "span", "pre", "code", "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACE = b" \t\r\n\0\v"


class Refused(Exception):
    """The description that follows "Bad Request: "."""


def fail(words):
    raise Refused(f"can't parse entities: {words}")


def entity(data, at):
    """Decode the entity at data[at] == '&': (text, next position), or (None, at)."""
    found = re.compile(rb"&#x([0-9a-fA-F]+);?").match(data, at) or re.compile(rb"&#([0-9]+);?").match(data, at)
    if found:
        code = int(found[1], 16 if found[0][2:3] == b"x" else 10)
        if 0 < code < 0x10FFFF and not 0xD800 <= code < 0xE000:
            return chr(code), found.end()
        return None, at
    found = re.compile(rb"&([a-zA-Z]+);?").match(data, at)
    if found and found[1].decode() in NAMED:
        return NAMED[found[1].decode()], found.end()
    return None, at


def attributes(data, i, tag, begin):
    """From after the tag's name to its '>': (attributes, position of '>')."""
    found = {}
    while True:
        while i < len(data) and data[i] in SPACE:
            i += 1
        if i >= len(data):
            fail(f'Unclosed start tag "{tag}" at byte offset {begin}')
        if data[i] == ord(">"):
            return found, i
        name_at = i
        while i < len(data) and data[i] not in SPACE and data[i] not in b"=>/\"'":
            i += 1
        name = data[name_at:i].decode().lower()
        if not name:
            fail(f'Empty attribute name in the tag "{tag}" at byte offset {name_at}')
        while i < len(data) and data[i] in SPACE:
            i += 1
        if i < len(data) and data[i] != ord("="):
            found[name] = ""
            continue
        i += 1
        while i < len(data) and data[i] in SPACE:
            i += 1
        if i >= len(data):
            fail(f'Unclosed start tag "{tag}" at byte offset {begin}')
        found[name], i = value(data, i, tag, begin)


def value(data, i, tag, begin):
    if data[i] not in b"\"'":
        start = i
        while i < len(data) and (chr(data[i]).isalnum() or data[i] in b".-"):
            i += 1
        if i >= len(data) or (data[i] not in SPACE and data[i] != ord(">")):
            fail(f"Unexpected end of name token at byte offset {start}")
        return data[start:i].decode().lower(), i
    quote, text = data[i], b""
    i += 1
    while i < len(data) and data[i] != quote:
        decoded, after = entity(data, i) if data[i] == ord("&") else (None, i)
        if decoded is None:
            text += data[i : i + 1]
            i += 1
        else:
            text += decoded.encode()
            i = after
    if i >= len(data):
        fail(f'Unclosed start tag "{tag}" at byte offset {begin}')
    return text.decode(), i + 1


def utf16(text):
    return len(text.encode("utf-16-le")) // 2


def parse(html):
    """(text, entities), or Refused."""
    data, out, open_tags, entities = html.encode(), [], [], []
    i = 0
    length = 0

    def emit(text):
        nonlocal length
        out.append(text)
        length += utf16(text)

    while i < len(data):
        if data[i] == ord("&"):
            decoded, after = entity(data, i)
            emit(decoded if decoded is not None else "&")
            i = after if decoded is not None else i + 1
        elif data[i] != ord("<"):
            end = min((p for p in (data.find(b"<", i), data.find(b"&", i)) if p >= 0), default=len(data))
            emit(data[i:end].decode())
            i = end
        elif data[i + 1 : i + 2] == b"/":
            i = end_tag(data, i, open_tags, entities, length)
        else:
            i = start_tag(data, i, open_tags, length)
    if open_tags:
        fail(f"Can't find end tag corresponding to start tag \"{open_tags[-1][0]}\"")
    return "".join(out), sorted(entities, key=lambda e: (e["offset"], -e["length"]))


def start_tag(data, begin, open_tags, length):
    i = begin + 1
    while i < len(data) and data[i] not in SPACE and data[i] != ord(">"):
        i += 1
    if i >= len(data):
        fail(f"Unclosed start tag at byte offset {begin}")
    tag = data[begin + 1 : i].decode().lower()
    if tag not in TAGS:
        fail(f'Unsupported start tag "{tag}" at byte offset {begin}')
    found, i = attributes(data, i, tag, begin)
    if tag == "span" and found.get("class") != "tg-spoiler":
        fail(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
    open_tags.append((tag, found, length))
    return i + 1


def end_tag(data, begin, open_tags, entities, length):
    if not open_tags:
        fail(f"Unexpected end tag at byte offset {begin}")
    i = begin + 2
    while i < len(data) and data[i] not in SPACE and data[i] != ord(">"):
        i += 1
    name = data[begin + 2 : i].decode().lower()
    while i < len(data) and data[i] in SPACE:
        i += 1
    if i >= len(data) or data[i] != ord(">"):
        fail(f"Unclosed end tag at byte offset {begin}")
    tag, found, offset = open_tags.pop()
    if name and name != tag:
        fail(f'Unmatched end tag at byte offset {begin}, expected "</{tag}>", found "</{name}>"')
    if length > offset:
        entities.append({"type": tag, "offset": offset, "length": length - offset, **found})
    return i + 1
