"""Puts openapi.json into a C file: embed.py IN OUT."""

import json
import sys

with open(sys.argv[1], encoding="utf-8") as source:
    text = json.dumps(json.load(source), ensure_ascii=False, separators=(",", ":"))

data = text.encode()
with open(sys.argv[2], "w", encoding="ascii") as out:
    out.write('#include "services/ingress/openapi.h"\n\nconst char openapi_json[] = {\n')
    for at in range(0, len(data), 16):
        out.write("\t" + ", ".join(str(b if b < 128 else b - 256) for b in data[at : at + 16]) + ",\n")
    out.write("\t0,\n};\nconst size_t openapi_json_size = sizeof openapi_json - 1;\n")
