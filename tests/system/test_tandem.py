"""The command line: what it promises to whoever operates a Tandem."""

import json
import subprocess

import pytest

from tests.system.console import add_user
from tests.system.stack import BUILD, TOP

PROGRAM = BUILD / "services/tandem/tandem"


@pytest.mark.parametrize("command", ["bot", "chat", "doctor", "migrate", "operator", "top", "try", "user", "verify"])
def test_help_is_an_answer_and_a_wrong_word_is_a_mistake(stack, command):
    asked, wrong = (stack.tandem(command, word, check=False) for word in ("--help", "--hlep"))
    assert asked.returncode == 0 and f"usage: tandem {command}" in asked.stdout and not asked.stderr
    assert wrong.returncode == 64 and f"usage: tandem {command}" in wrong.stderr and not wrong.stdout


def test_a_chat_finds_the_ingress_that_serves_here(stack):
    """As in scripts/tandem, which knows LISTEN from what runs here."""
    env = {name: value for name, value in stack.env.items() if name != "TANDEM_URL"} | {"LISTEN": stack.url.removeprefix("http://")}
    done = subprocess.run([PROGRAM, "chat", "--site", "model-site"], env=env, input="/quit\n", capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "cannot reach" not in done.stderr


def test_migrating_again_changes_nothing(stack):
    assert "up to date" in stack.tandem("migrate").stdout


def test_a_changed_or_newer_migration_is_refused(stack):
    stack.sql_do("update migration set checksum = 'x' || checksum where number = 1")
    try:
        done = stack.tandem("migrate", check=False)
        assert done.returncode != 0 and "core" in done.stderr
    finally:
        stack.sql_do("update migration set checksum = substr(checksum, 2) where number = 1")
    stack.sql_do("insert into migration (number, name, checksum) values (9999, 'future', 'x')")
    try:
        done = stack.tandem("migrate", check=False)
        assert done.returncode != 0 and "9999" in done.stderr
    finally:
        stack.sql_do("delete from migration where number = 9999")
    stack.tandem("migrate")


def test_a_bad_bots_file_is_refused_with_its_lines(stack, tmp_path):
    bad = tmp_path / "bots.yaml"
    bad.write_text("providers:\n  x: {kind: knowledge}\nbots:\n  - name: shop\n    titel: x\n")
    done = stack.tandem("bot", "apply", str(bad), check=False)
    assert done.returncode == 78
    assert f"{bad}:5: unknown key 'titel': did you mean 'title'?" in done.stderr
    assert "nothing changed" in stack.tandem("bot", "apply", str(stack.bots)).stdout


def test_applying_says_what_changes_and_a_dry_run_changes_nothing(stack, tmp_path):
    changed = tmp_path / "bots.yaml"
    changed.write_text(stack.bots.read_text().replace("title:", "title: &t", 1))
    assert "nothing changed" in stack.tandem("bot", "apply", "--dry-run", str(changed)).stdout
    assert "bot shop" in stack.tandem("bot", "apply", "--dry-run", str(TOP / "deploy/bots.yaml")).stdout
    assert "nothing changed" in stack.tandem("bot", "apply", str(stack.bots)).stdout
    assert "BOT" in stack.tandem("bot", "list").stdout


def test_verify_finds_an_event_that_was_lost(stack):
    stack.sql_do(
        "insert into conversation (channel_id, chat_key, bot_id, last_seq) values (1, 'lost', 1, 1);"
        "insert into message (conversation_id, seq, author, body, trace)"
        " select id, 1, 0, 'x', 't' from conversation where chat_key = 'lost';"
        "insert into inbound (channel_id, event_key, conversation_id, seq, trace)"
        " select 1, 'lost', id, 1, 't' from conversation where chat_key = 'lost'"
    )
    try:
        done = stack.tandem("verify", "--json", check=False)
        report = json.loads(done.stdout)
        assert done.returncode == 1 and report["clean"] is False
        assert any("lost" in v["kind"] for v in report["violations"])
    finally:
        stack.sql_do(
            "delete from inbound where event_key = 'lost';"
            "delete from message where conversation_id = (select id from conversation where chat_key = 'lost');"
            "delete from conversation where chat_key = 'lost'"
        )
    assert json.loads(stack.tandem("verify", "--json").stdout)["clean"] is True


def test_top_shows_queues_and_workers(stack):
    report = json.loads(stack.tandem("top", "--json").stdout)
    assert [q["queue"] for q in report["queues"]] == ["llm", "delivery", "operator"]
    assert {w["queue"] for w in report["workers"]} >= {"llm", "delivery", "operator"}
    assert "QUEUE" in stack.tandem("top", "--once").stdout


def test_doctor_reaches_what_is_configured_and_hides_secrets(stack):
    done = stack.tandem("doctor", check=False)
    for line in ("reached, version 15", "migrations", "answers by"):
        assert line in done.stdout, done.stdout
    for secret in (stack.secret, stack.telegram.token, stack.openai.key, stack.yandex.key):
        assert secret not in done.stdout + done.stderr


def test_doctor_says_what_to_do_about_a_wrong_key(stack):
    done = subprocess.run([PROGRAM, "doctor"], env={**stack.env, "TELEGRAM_BOT_TOKEN": "1:wrong"}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 1
    assert "Telegram refuses the token" in done.stdout


def test_chat_answers_in_the_terminal(stack):
    with subprocess.Popen(
        [PROGRAM, "chat", "--url", stack.url, "--site", "library-site"], env=stack.env, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as chat:
        chat.stdin.write("/help\n")
        chat.stdin.flush()
        seen = ""
        while "/reset" not in seen:
            line = chat.stdout.readline()
            assert line, chat.stderr.read()
            seen += line
        chat.stdin.write("/quit\n")
        chat.stdin.close()
        assert chat.wait(10) == 0


def test_try_needs_nothing_running():
    done = subprocess.run([PROGRAM, "try", "markdown", "--channel", "telegram"], input="**b** <x>\n", capture_output=True, text=True, timeout=60)
    part = json.loads(done.stdout.splitlines()[0])
    assert part["text"] == "<b>b</b> &lt;x&gt;"
    update = {"update_id": 5, "message": {"message_id": 1, "from": {"id": 4, "first_name": "A"}, "chat": {"id": 4, "type": "private"}, "text": "hi"}}
    done = subprocess.run([PROGRAM, "try", "update"], input=json.dumps(update), capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout)["action"] == "message"


def test_the_bots_file_is_the_same_for_whoever_needs_it(stack, tmp_path):
    """Wherever a command is given: scripts/tandem names the file of its own folder."""
    env = {**stack.env, "BOTS_FILE": str(stack.bots)}
    done = [subprocess.run([PROGRAM, *words], env=env, cwd=tmp_path, capture_output=True, text=True) for words in (["doctor"], ["bot", "apply"])]
    assert f"{stack.bots} is in service" in done[0].stdout
    assert "nothing changed" in done[1].stdout


def test_a_link_that_cannot_be_says_what_it_takes(stack):
    """Both may well be there: what is missing is that one is known from Telegram alone, the other not at all."""
    add_user(stack, "linda")
    number = stack.sql("select id from operator where login = 'linda'")[0][0]
    done = stack.tandem("operator", "link", str(number), "linda", check=False)
    assert done.returncode == 1
    assert f"'{number}' has to be the number of somebody from Telegram" in done.stderr
