"""Puts openapi.json, with what other files add to it, into a C file: embed.py OPENAPI MORE... OUT."""

import json
import sys


def merge(into, more):
    for key, value in more.items():
        if isinstance(into.get(key), dict):
            merge(into[key], value)
        elif isinstance(into.get(key), list):
            into[key] += value
        elif key in into:
            sys.exit(f"{key} is described twice")
        else:
            into[key] = value


document = {}
for path in sys.argv[1:-1]:
    with open(path, encoding="utf-8") as source:
        merge(document, json.load(source))

data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
with open(sys.argv[-1], "w", encoding="ascii") as out:
    out.write('#include "services/ingress/openapi.h"\n\nconst char openapi_json[] = {\n')
    for at in range(0, len(data), 16):
        out.write("\t" + ", ".join(str(b if b < 128 else b - 256) for b in data[at : at + 16]) + ",\n")
    out.write("\t0,\n};\nconst size_t openapi_json_size = sizeof openapi_json - 1;\n")
