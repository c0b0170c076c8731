"""Requests of the wrong shape, and the statuses they are documented to get.

Each row: what it is, the bytes, the statuses on that connection, and whether it is closed then.
Where a request is hidden behind the first one, its answer (404 for /hidden) would show.
"""

JSON = b"Content-Type: application/json\r\n"
POST = b"POST /api/v1/sessions HTTP/1.1\r\nHost: a\r\n" + JSON
GET = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
BODY = b'{"site":"model-site"}'
HIDDEN = b"GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n"


def sized(n):
    return b"Content-Length: %d\r\n" % n


def chunked(body):
    return b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


TE = b"Transfer-Encoding: chunked\r\n"

FRAMING = [
    ("plain", POST + sized(len(BODY)) + b"\r\n" + BODY, [201], False),
    ("chunks", POST + TE + b"\r\n" + chunked(BODY), [201], True),
    ("a request behind chunks", POST + TE + b"\r\n" + chunked(BODY) + HIDDEN, [201], True),
    ("chunk extension", POST + TE + b"\r\n15;a=b\r\n" + BODY + b"\r\n0\r\n\r\n", [413], True),
    ("garbage for a chunk's size", POST + TE + b"\r\nzz\r\n" + BODY + b"\r\n0\r\n\r\n", [413], True),
    ("negative chunk", POST + TE + b"\r\n-1\r\n" + BODY + b"\r\n0\r\n\r\n", [413], True),
    ("endless chunk", POST + TE + b"\r\nffffffffffffffff\r\n" + BODY, [413], True),
    ("chunk's size with a sign", POST + TE + b"\r\n+15\r\n" + BODY + b"\r\n0\r\n\r\n" + HIDDEN, [201], True),
    ("chunk's size with a prefix", POST + TE + b"\r\n0x15\r\n" + BODY + b"\r\n0\r\n\r\n" + HIDDEN, [201], True),
    ("chunk's size behind a blank", POST + TE + b"\r\n 15\r\n" + BODY + b"\r\n0\r\n\r\n" + HIDDEN, [201], True),
    ("huge chunk", POST + TE + b"\r\n7fffffff\r\n" + BODY, [413], True),
    ("length and chunks", POST + sized(6) + TE + b"\r\n" + chunked(BODY) + HIDDEN, [400], True),
    ("chunks and length", POST + TE + sized(6) + b"\r\n" + chunked(BODY) + HIDDEN, [400], True),
    ("two lengths", POST + sized(2) + sized(len(BODY)) + b"\r\n" + BODY, [400], True),
    ("the same length twice", POST + sized(len(BODY)) * 2 + b"\r\n" + BODY, [400], True),
    ("a list of lengths", POST + b"Content-Length: 21, 21\r\n\r\n" + BODY, [400], True),
    ("signed length", POST + b"Content-Length: +21\r\n\r\n" + BODY, [400], True),
    ("negative length", POST + b"Content-Length: -1\r\n\r\n" + BODY, [400], True),
    ("hexadecimal length", POST + b"Content-Length: 0x15\r\n\r\n" + BODY, [400], True),
    ("length that overflows", POST + b"Content-Length: 99999999999999999999\r\n\r\n", [413], True),
    ("blank before the colon", POST + b"Content-Length : 33\r\n\r\n" + HIDDEN, [400], True),
    ("coding with a blank before the colon", POST + b"Transfer-Encoding : chunked\r\n\r\n" + HIDDEN, [400], True),
    ("folded coding", POST + b"Transfer-Encoding:\r\n chunked\r\n\r\n" + chunked(BODY) + HIDDEN, [501], True),
    ("folded length", POST + b"Content-Length: 2\r\n 1\r\n\r\n" + BODY, [400], True),
    ("coding behind a tab", POST + b"Transfer-Encoding:\tchunked\r\n\r\n" + chunked(BODY) + HIDDEN, [501], True),
    ("unknown coding", POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + chunked(BODY) + HIDDEN, [501], True),
    ("chunked twice", POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n" + chunked(BODY) + HIDDEN, [400], True),
    ("two codings", POST + TE + b"Transfer-Encoding: identity\r\n\r\n" + chunked(BODY) + HIDDEN, [400], True),
    ("xchunked", POST + b"Transfer-Encoding: xchunked\r\n\r\n" + chunked(BODY) + HIDDEN, [501], True),
    ("chunks in HTTP/1.0", POST.replace(b"1.1", b"1.0") + TE + b"\r\n" + chunked(BODY) + HIDDEN, [501], True),
    ("NUL behind the coding", POST + b"Transfer-Encoding: chunked\0x\r\n\r\n" + chunked(BODY) + HIDDEN, [400], True),
    ("NUL in a name", GET + b"X\0Y: 1\r\n\r\n", [400], True),
    ("lone line feeds", GET.replace(b"\r\n", b"\n") + b"\n", [400], True),
    ("length behind a lone line feed", GET + b"X: 1\nContent-Length: 33\r\n\r\n" + HIDDEN, [400], True),
    ("lone carriage return", GET + b"X: 1\rContent-Length: 5\r\n\r\n", [400], True),
    ("no host", b"GET /healthz HTTP/1.1\r\n\r\n" + HIDDEN, [400], True),
    ("no host in HTTP/1.0", b"GET /healthz HTTP/1.0\r\n\r\n", [200], True),
    ("two hosts", GET + b"Host: b\r\n\r\n", [400], True),
    ("no colon", GET + b"nonsense\r\n\r\n", [400], True),
    ("nameless header", GET + b": x\r\n\r\n", [400], True),
    ("first line folded", b"GET /healthz HTTP/1.1\r\n X: y\r\n\r\n", [400], True),
    ("pipelined", (GET + b"\r\n") * 5, [200] * 5, False),
    ("pipelined behind a bad head", GET + b"A B: 1\r\n\r\n" + HIDDEN, [400], True),
    ("no HTTP behind a good head", GET + b"\r\n" + b"HELO mail\r\n\r\n", [200, 400], True),
    ("a bad head behind a good one", GET + b"\r\n" + GET + b"X: 1\n\r\n" + HIDDEN, [200, 400], True),
]

HEADS = [
    ("one long header", GET + b"X: " + b"x" * 100_000 + b"\r\n\r\n", [400], True),
    ("ten thousand headers", GET + b"X: 1\r\n" * 10_000 + b"\r\n", [400], True),
    ("long address", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n", [400], True),
    ("no HTTP", b"HELO mail\r\n\r\n", [400], True),
    ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", [400], True),
    ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400], True),
    ("unknown method", b"BREW /healthz HTTP/1.1\r\nHost: a\r\n\r\n", [405], False),
    ("CONNECT", b"CONNECT example.org:443 HTTP/1.1\r\nHost: a\r\n\r\n", [404], False),
    ("NUL in the address", b"GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", [400], False),
    ("no UTF-8 in the address", b"GET /%ff HTTP/1.1\r\nHost: a\r\n\r\n", [400], False),
    ("NUL in a parameter", b"GET /api/v1/popular?site=%00 HTTP/1.1\r\nHost: a\r\n\r\n", [400], False),
    ("no UTF-8 in a parameter", b"GET /api/v1/popular?site=%ff HTTP/1.1\r\nHost: a\r\n\r\n", [400], False),
    ("raw bytes in the address", b"GET /\xff HTTP/1.1\r\nHost: a\r\n\r\n", [400], False),
    ("out of the folder", b"GET /../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", [404], False),
    ("out of the folder, encoded", b"GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", [404], False),
    ("unknown expectation", POST + b"Expect: miracles\r\n" + sized(len(BODY)) + b"\r\n" + BODY, [417], True),
    ("100 MB announced", POST + sized(100_000_000) + b"\r\n", [413], True),
    ("100 MB sent", POST + sized(100_000_000) + b"\r\n" + b" " * 100_000_000, [413], True),
    ("100 MB in chunks", POST + TE + b"\r\n" + (b"10000\r\n" + b" " * 65536 + b"\r\n") * 1526, [413], True),
]


def text(value):
    return b'{"id":"abcdefgh","text":%s}' % value


# Bodies of POST /api/v1/messages, with a good token.
BODIES = [
    ("10,000 deep", text(b"[" * 10_000 + b"]" * 10_000), 400),
    ("10,000 objects deep", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
    ("10,000 deep and never closed", b"[" * 10_000, 400),
    ("no UTF-8", text(b'"\xff\xfe"'), 400),
    ("overlong UTF-8", text(b'"\xc0\x80"'), 400),
    ("a surrogate in UTF-8", text(b'"\xed\xa0\x80"'), 400),
    ("beyond Unicode", text(b'"\xf4\x90\x80\x80"'), 400),
    ("U+0000 escaped", text(b'"a\\u0000b"'), 400),
    ("U+0000 raw", text(b'"a\0b"'), 400),
    ("lone high surrogate", text(b'"\\ud800"'), 400),
    ("lone low surrogate", text(b'"\\udc00"'), 400),
    ("surrogates the wrong way round", text(b'"\\udc00\\ud800"'), 400),
    ("a pair of surrogates is fine", text(b'"\\ud83d\\ude00"'), 201),
    ("a name twice", b'{"id":"abcdefgh","id":"abcdefgi","text":"a"}', 400),
    ("number for a text", text(b"1e309"), 400),
    ("huge number", text(b"9" * 5000), 400),
    ("a list", b"[]", 400),
    ("nothing", b"", 400),
    ("something behind it", text(b'"a"') + b"{}", 400),
    ("too long for a body", text(b'"' + b"a" * 70_000 + b'"'), 413),
    ("blank", text(b'" \\n\\t "'), 400),
    ("bad id", b'{"id":"../../x","text":"a"}', 400),
]
