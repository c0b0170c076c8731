"""Models that are slow, busy, broken or gone: the person gets an answer, or is told."""

import threading

import pytest

from tests.fakes.openai import NO_MONEY, RATE_LIMIT, SERVER_ERROR
from tests.fakes.yandexgpt import TOO_MANY
from tests.system.stack import wait_for, word

APOLOGY = "cannot answer right now"
ANSWER = "Ответ 😀 ok"


@pytest.fixture(autouse=True)
def well_again(stack):
    """Failures open the worker's circuit breakers: each test begins with closed ones."""
    yield
    stack.processes.pop("llm-worker").stop()
    stack.restart("llm-worker")


def calls(fake, text):
    return [c for c in list(fake.calls) if text in c.get("question", "")]


def turn(stack, text):
    rows = stack.sql(
        "select t.outcome, t.provider, t.tokens_in, t.tokens_out, t.tokens_estimated from turn t"
        " join message m on m.conversation_id = t.conversation_id and m.seq = t.first_seq where m.body like %s",
        f"%{text}%",
    )
    assert len(rows) == 1
    return rows[0]


# --- openai -------------------------------------------------------------------


def test_openai_is_asked_as_its_documents_say(stack):
    text = word()
    stack.widget().ask(text)
    call = calls(stack.openai, text)[0]["body"]
    assert call["model"] == "gpt-test" and call["stream"] is True
    assert call["stream_options"] == {"include_usage": True}
    assert call["messages"][0]["role"] in ("developer", "system")
    assert "Be brief." in call["messages"][0]["content"]
    assert not [c for c in stack.openai.calls if "refused" in c]


def test_the_usage_is_the_providers_own(stack):
    text = word()
    stack.widget().ask(text)
    outcome, provider, tokens_in, tokens_out, estimated = turn(stack, text)
    assert (outcome, provider, estimated) == (1, "openai", False)
    assert tokens_in > 0 and tokens_out > 0


def test_usage_that_did_not_come_is_estimated_and_marked(stack):
    text = word()
    stack.openai.rule(text, text=ANSWER, usage=False)
    stack.widget().ask(text)
    assert turn(stack, text)[4] is True


def test_a_stream_in_single_bytes_is_read_whole(stack):
    text = word()
    stack.openai.rule(text, text=ANSWER, fragment=1)
    assert stack.widget().ask(text)["text"] == ANSWER


def test_429_is_tried_again_after_the_time_it_names(stack):
    text = word()
    stack.openai.rule(text, status=429, error=RATE_LIMIT, headers={"Retry-After": "1"})
    assert stack.widget().ask(text)["text"].startswith("You said")
    first, second = calls(stack.openai, text)
    assert second["at"] - first["at"] >= 1.0


def test_429_without_a_time_is_tried_again(stack):
    text = word()
    stack.openai.rule(text, status=429, error=RATE_LIMIT)
    assert stack.widget().ask(text)["text"].startswith("You said")
    assert len(calls(stack.openai, text)) == 2


def test_no_money_is_not_tried_again(stack):
    text = word()
    stack.openai.rule(text, times=None, status=429, error=NO_MONEY)
    answer = stack.widget().ask(text)
    assert APOLOGY in answer["text"]
    assert len(calls(stack.openai, text)) == 1
    assert turn(stack, text)[0] == 2


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_server_error_is_tried_again(stack, status):
    text = word()
    stack.openai.rule(text, status=status, body="<html>Bad Gateway</html>")
    assert stack.widget().ask(text)["text"].startswith("You said")


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_a_refusal_is_not_tried_again(stack, status):
    text = word()
    error = {"message": "no", "type": "invalid_request_error", "param": None, "code": "model_not_found"}
    stack.openai.rule(text, times=None, status=status, error=error)
    assert APOLOGY in stack.widget().ask(text)["text"]
    assert len(calls(stack.openai, text)) == 1


def test_an_error_before_the_first_word_is_tried_again(stack):
    text = word()
    stack.openai.rule(text, text=ANSWER, error_after=0)
    assert stack.widget().ask(text)["text"].startswith("You said")


def test_an_error_in_mid_answer_keeps_what_was_said_and_marks_it(stack):
    text = word()
    stack.openai.rule(text, pieces=["One ", "two ", "three"], delay=0.3, error_after=2, error=SERVER_ERROR)
    answer = stack.widget().ask(text)["text"]
    assert answer.startswith("One two")
    assert "cut off" in answer
    assert len(calls(stack.openai, text)) == 1, "a started answer is paid: it is not asked for again"


def test_an_answer_that_reached_its_length_is_marked(stack):
    text = word()
    stack.openai.rule(text, text="One two", finish="length")
    assert stack.widget().ask(text)["text"].startswith("One two")


def test_a_first_word_that_does_not_come_is_given_up(stack):
    text = word()
    stack.openai.rule(text, times=None, hang=True)
    answer = stack.widget("chain-site").ask(text)
    assert answer["text"].startswith("You said"), answer
    assert turn(stack, text)[1] == "yandexgpt"


def test_a_slow_first_word_within_the_limit_is_waited_for(stack):
    text = word()
    stack.openai.rule(text, first_delay=1.0, text=ANSWER)
    assert stack.widget().ask(text)["text"] == ANSWER
    assert len(calls(stack.openai, text)) == 1


@pytest.mark.parametrize(
    "garbage", ["", "<html>hello</html>", "data: {\n\n", "data: [1,2]\n\n", "data: null\n\n", "\n\n\n", "data: {\"choices\":5}\n\n",
                "data: " + "x" * 200000, "\udcff\udcfe\udc00"],
    ids=["nothing", "html", "half", "list", "null", "newlines", "wrong type", "long", "bytes"],
)
def test_garbage_falls_back_to_the_next_provider(stack, garbage):
    text = word()
    stack.openai.rule(text, times=None, garbage=garbage)
    answer = stack.widget("chain-site").ask(text)
    assert answer["text"].startswith("You said"), answer
    assert turn(stack, text)[1] == "yandexgpt"


def every_cut():
    """A short stream, cut after each of its bytes."""
    from tests.fakes.openai import OpenAI

    return OpenAI().stream_bytes("", pieces=["Да", "!"])


@pytest.mark.parametrize("part", range(8))
def test_a_stream_cut_at_any_byte_leaves_one_answer(stack, part):
    """One person for each place to cut at; all at once, in eight lots."""
    cuts = range(part, every_cut(), 8)
    asked = []
    for cut in cuts:
        text = word()
        stack.openai.rule(text, times=None, pieces=["Да", "!"], cut=cut)
        w = stack.widget("chain-site")
        asked.append((w, w.say(text), text))
    for w, seq, text in asked:
        answer = w.wait_answer(seq, 90)
        assert answer["text"].startswith(("Да", "You said"))
    stack.wait_idle()
    for w, seq, text in asked:
        assert [m["author"] for m in w.messages()] == ["person", "bot"]


# --- yandexgpt ------------------------------------------------------------------


def test_yandexgpt_is_asked_as_its_documents_say(stack):
    text = word()
    assert stack.widget("yandex-site").ask(text)["text"] == f"You said: {text}"
    call = calls(stack.yandex, text)[0]
    assert call["body"]["modelUri"].startswith(f"gpt://{stack.yandex.folder}/")
    assert call["body"]["completionOptions"]["stream"] is True
    assert call["headers"].get("x-data-logging-enabled") == "false"
    assert not [c for c in stack.yandex.calls if "refused" in c]


def test_yandexgpt_may_change_what_it_said(stack):
    text = word()
    begun = threading.Event()
    stack.yandex.rule(text, lines=["Привет мир", "Привет, мир", "Здравствуй, мир!"], delay=0.1, hold=(2, begun))
    w = stack.widget("yandex-site")
    events = w.listen(0)
    w.say(text)
    wait_for(lambda: events.of("delta"), "the first words")
    begun.set()
    assert events.wait_messages(2)[1]["text"] == "Здравствуй, мир!"
    assert events.text_of_deltas() == "Здравствуй, мир!"
    events.close()


def test_yandexgpt_in_single_bytes_is_read_whole(stack):
    text = word()
    stack.yandex.rule(text, text=ANSWER, fragment=1)
    assert stack.widget("yandex-site").ask(text)["text"] == ANSWER


def test_a_refusal_by_the_content_filter_is_an_answer(stack):
    text = word()
    stack.yandex.rule(text, text="Не могу это обсуждать", last="ALTERNATIVE_STATUS_CONTENT_FILTER")
    answer = stack.widget("yandex-site").ask(text)
    assert answer["author"] in ("bot", "platform") and answer["text"]


@pytest.mark.parametrize("shape", ["grpc", "operation", "openai"])
def test_yandexgpt_errors_of_every_shape_are_tried_again(stack, shape):
    text = word()
    stack.yandex.rule(text, status=503, error="unavailable", shape=shape)
    assert stack.widget("yandex-site").ask(text)["text"].startswith("You said")


def test_a_yandexgpt_quota_of_generations_is_waited_for(stack):
    text = word()
    stack.yandex.rule(text, status=429, error=TOO_MANY)
    assert stack.widget("yandex-site").ask(text)["text"].startswith("You said")


def test_no_more_generations_than_allowed_run_at_once(stack):
    stack.yandex.most = 0
    asked = []
    for _ in range(12):
        text = word()
        stack.yandex.rule(text, first_delay=0.2)
        w = stack.widget("yandex-site")
        asked.append((w, w.say(text)))
    for w, seq in asked:
        assert w.wait_answer(seq, 60)["text"].startswith("You said")
    assert 1 < stack.yandex.most <= 4


# --- the chain ------------------------------------------------------------------


def test_when_every_model_is_down_knowledge_answers(stack):
    text = "warranty on tents"
    stack.openai.rule(text, times=None, status=500)
    stack.yandex.rule(text, times=None, status=500)
    answer = stack.widget("chain-site").ask(f"What is the {text}?")
    assert "two years" in answer["text"]
    assert turn(stack, text)[1] == "knowledge"


def test_a_broken_provider_is_left_alone_for_a_while(stack):
    stack.openai.rule(times=None, status=401, error=NO_MONEY)
    stack.widget("chain-site").ask(word())
    asked = len(stack.openai.calls)
    for _ in range(3):
        assert stack.widget("chain-site").ask(word())["text"].startswith("You said")
    assert len(stack.openai.calls) == asked
    stack.openai.forget()


def test_when_nothing_works_the_person_is_told_in_their_language(stack):
    for lang, question, words in [("en", "hello there", APOLOGY), ("ru", "привет всем", "Сейчас не получается ответить")]:
        text = f"{question} {word()}"
        stack.openai.rule(text, times=None, status=500)
        answer = stack.widget(lang=lang).ask(text)
        assert words in answer["text"]
        assert turn(stack, text)[0] == 2
