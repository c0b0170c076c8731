"""Turn schema/*.sql into one C file: embed.py FOLDER OUTPUT DEPFILE."""

import hashlib
import pathlib
import re
import sys


def c_bytes(data: bytes) -> str:
    lines = (data[i:i + 24] for i in range(0, len(data), 24))
    return "\n".join("\t" + "".join(f"{b - 256 if b > 127 else b}," for b in line) for line in lines)


def main(folder: str, output: str, depfile: str) -> None:
    files = sorted(pathlib.Path(folder).glob("*.sql"))
    numbers = []
    parts = ['#include "schema/schema.h"\n']
    table = []
    for file in files:
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)", file.stem)
        if not match:
            sys.exit(f"{file}: a migration is named NNNN_name.sql")
        number = int(match[1])
        if number in numbers:
            sys.exit(f"{file}: there is another migration with this number")
        numbers.append(number)
        data = file.read_bytes()
        parts.append(f"static const char sql_{number}[] = {{\n{c_bytes(data)}\n\t0\n}};\n")
        table.append(f'\t{{ {number}, "{match[2]}", "{hashlib.sha256(data).hexdigest()}", sql_{number} }},')
    if numbers != list(range(1, len(numbers) + 1)):
        sys.exit(f"{folder}: migrations are numbered from 1 without gaps, found {numbers}")
    rows = "\n".join(table)
    parts.append(f"const struct migration schema_migrations[] = {{\n{rows}\n}};\n")
    parts.append(f"const int schema_migrations_n = {len(files)};\n")
    pathlib.Path(output).write_text("\n".join(parts), encoding="ascii")
    needs = " ".join(str(f) for f in [folder, *files])
    pathlib.Path(depfile).write_text(f"{output}: {needs}\n", encoding="utf-8")


main(*sys.argv[1:])
