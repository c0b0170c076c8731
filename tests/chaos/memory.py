"""Private memory of a process: what it alone would give back by leaving."""


def private_kb(pid):
    kb = 0
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        for line in file:
            if line.startswith("Private_"):
                kb += int(line.split()[1])
    return kb
