"""deploy/docker-compose.yml says what is true of the programs.  No docker is needed for that."""

import re
import shlex
import subprocess

import pytest
import yaml

from tests.system.stack import BUILD, SERVICES, TOP, get_status

COMPOSE = yaml.safe_load((TOP / "deploy/docker-compose.yml").read_text())
PARTS = COMPOSE["services"]
FOREIGN = {"postgres", "redis"}  # images of others
TOOL = PARTS["tandem"]  # runs one command, when asked to
OURS = sorted(set(PARTS) - FOREIGN - {"tandem"})
README = (TOP / "README.md").read_text()
KEYS = {
    "image", "build", "command", "environment", "volumes", "depends_on", "restart", "init", "read_only", "cap_drop",
    "security_opt", "ports", "healthcheck", "shm_size", "stop_grace_period", "tmpfs", "profiles", "entrypoint",
}
# What `tandem migrate` and `tandem bot` read.
READ_BY_TANDEM = {"DATABASE_URL", "REDIS_URL"}


def program_of(part):
    """The program a part runs, and every program its command names."""
    command = PARTS[part]["command"]
    if command[:2] != ["sh", "-c"]:
        return command[0], [command[0]]
    named = [shlex.split(piece)[0] for piece in command[2].split("&&")]
    return named[0], named


def read_by(program):
    """The names a program reads: those its --help lists, and those the bots file gives for it."""
    if program == "tandem":
        return READ_BY_TANDEM
    done = subprocess.run([BUILD / "services" / program / program, "--help"], capture_output=True, text=True, timeout=60)
    names = set(re.findall(r"^  ([A-Z_]+) \(", done.stdout, re.M))
    if program == "operator-relay":
        return names  # it leaves the talking to couriers
    bots = (TOP / "deploy/bots.yaml").read_text()
    key = r"token_env" if program != "llm-worker" else r"(?!token)\w+_env"
    return names | set(re.findall(rf"^\s+{key}: (\w+)", bots, re.M))


def required_by(program):
    done = subprocess.run([BUILD / "services" / program / program, "--help"], capture_output=True, text=True, timeout=60)
    return set(re.findall(r"^  ([A-Z_]+) \(required\)", done.stdout, re.M))


def test_every_part_is_described_in_known_words():
    assert COMPOSE["name"] == "tandem"
    for name, part in PARTS.items():
        assert set(part) <= KEYS, name
        assert "image" in part, name
        for volume in part.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or (TOP / "deploy" / source).exists(), volume


def test_what_is_waited_for_exists_and_can_be_waited_for():
    for name, part in PARTS.items():
        for other, how in part.get("depends_on", {}).items():
            assert other in PARTS, name
            if how["condition"] == "service_healthy":
                assert "healthcheck" in PARTS[other], other
            else:
                assert how["condition"] == "service_completed_successfully" and "restart" not in PARTS[other]


def test_every_service_is_there():
    """The folders of services/ that serve, the table in README, and the compose file agree."""
    table = {p for row in re.findall(r"^\| `[A-Z_]+` \| ([^|]+) \|", README, re.M) for p in row.strip().split(", ")}
    assert table - {"all"} == set(SERVICES)
    assert set(SERVICES) | {"migrate"} == set(OURS)
    assert FOREIGN <= set(PARTS)
    for name in re.findall(r"--scale ([a-z-]+)=", README):
        assert name in PARTS


@pytest.mark.parametrize("part", OURS)
def test_commands_are_programs(part):
    for program in program_of(part)[1]:
        assert (BUILD / "services" / program / program).is_file()
    if part in SERVICES:
        assert program_of(part)[0] == part


@pytest.mark.parametrize("part", OURS)
def test_the_environment_is_what_the_program_reads(part):
    program, given = program_of(part)[0], PARTS[part]["environment"]
    assert set(given) <= read_by(program)
    if program != "tandem":
        assert required_by(program) <= set(given)
    else:
        assert set(given) == READ_BY_TANDEM


def test_every_name_of_the_bots_file_reaches_who_needs_it():
    for program, part in [(program_of(p)[0], p) for p in SERVICES]:
        wanted = {n for n in read_by(program) if n.startswith(("OPENAI_", "YANDEX_")) or n.endswith("_BOT_TOKEN")}
        assert wanted <= set(PARTS[part]["environment"]), part


def test_the_tool_stays_out_of_the_way_and_knows_what_the_services_know():
    assert TOOL["profiles"] == ["tools"] and TOOL["entrypoint"] == ["tandem"]
    wanted = {name for part in SERVICES for name in PARTS[part]["environment"]}
    assert set(TOOL["environment"]) == (wanted | {"TANDEM_URL"}) - {
        "METRICS_LISTEN", "TRUSTED_PROXIES", "INTEGRATION_KEY", "FILE_DAYS",
    }
    port = PARTS["ingress"]["environment"]["LISTEN"].rsplit(":", 1)[1]
    assert TOOL["environment"]["TANDEM_URL"] == f"http://ingress:{port}"


def test_tandem_finds_the_bots_file():
    """It looks for deploy/bots.yaml, from the image's working directory."""
    home = re.findall(r"^WORKDIR (\S+)$", (TOP / "deploy/Dockerfile").read_text(), re.M)[-1]
    for part in (PARTS["migrate"], TOOL):
        assert part["volumes"] == [f"./bots.yaml:{home}/deploy/bots.yaml:ro"]


def test_what_must_be_set_is_in_the_readme():
    text = (TOP / "deploy/docker-compose.yml").read_text()
    section = README[README.index("## Containers"):]
    for name in set(re.findall(r"\$\{([A-Z_]+):\?", text)):
        assert f"`{name}`" in section


def test_health_is_asked_where_it_is_answered(stack):
    for name in SERVICES:
        part = PARTS[name]
        host, port, path = re.fullmatch(r"http://([\d.]+):(\d+)(/\w+)", part["healthcheck"]["test"][-1]).groups()
        assert host == "127.0.0.1"
        assert part["environment"]["METRICS_LISTEN"] == f"0.0.0.0:{port}"
        assert get_status(stack.processes[name].metrics, path) == 200, name


@pytest.mark.parametrize("part", SERVICES)
def test_who_is_told_to_leave_has_the_time_it_takes(part):
    """Docker's own patience is 10 s, after which it kills."""
    drain = re.search(r"\.drain_s = (\d+)", (TOP / "services" / part / "main.c").read_text())[1]
    assert int(PARTS[part]["stop_grace_period"].removesuffix("s")) > int(drain)


def test_the_published_port_is_the_one_served():
    (port,) = PARTS["ingress"]["ports"]
    assert TOOL["environment"]["LISTEN"] == port.rpartition(":")[0]
    assert PARTS["ingress"]["environment"]["LISTEN"].rsplit(":", 1)[1] == port.rsplit(":", 1)[1]


def test_the_image_has_what_the_parts_need():
    dockerfile = (TOP / "deploy/Dockerfile").read_text()
    assert PARTS["migrate"]["build"] == {"context": "..", "dockerfile": "deploy/Dockerfile"}
    assert "WEB_ROOT=" in dockerfile
    packages = (TOP / "scripts/packages").read_text()
    for part in SERVICES:
        assert PARTS[part]["healthcheck"]["test"][:2] == ["CMD", "curl"]
    assert re.search(r"\bcurl\b", packages)
