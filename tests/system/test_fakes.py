"""The fakes are only worth something if they refuse what the originals refuse."""

import contextlib

import pytest

from tests.fakes.telegram import Telegram
from tests.fakes.telegram_html import Refused, parse, utf16
from tests.fakes.telegram_messages import Messages
from tests.fakes.telegram_state import ApiError


@pytest.mark.parametrize(
    "html, complaint",
    [
        ("ab<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("я<p>x</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b><i>x</b></i>", 'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<a href="x>y</a>', 'Unclosed start tag "a" at byte offset 0'),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
    ],
)
def test_telegram_refuses_bad_html_in_its_own_words(html, complaint):
    with pytest.raises(Refused) as e:
        parse(html)
    assert str(e.value) == f"can't parse entities: {complaint}"


@pytest.mark.parametrize(
    "html, text, types",
    [
        ("plain", "plain", []),
        ("&lt;b&gt; &amp; &quot;&#33;&#x21;", '<b> & "!!', []),
        ("&nbsp;&copy;&", "&nbsp;&copy;&", []),
        ("<b>x <i>y</i></b>", "x y", ["b", "i"]),
        ('<pre><code class="language-c">int x;</code></pre>', "int x;", ["pre", "code"]),
        ('<a href="https://x.y/?a=1&amp;b=2">z</a>', "z", ["a"]),
        ("<blockquote expandable>q</blockquote>", "q", ["blockquote"]),
        ("<b></b>x", "x", []),
    ],
)
def test_telegram_reads_good_html(html, text, types):
    got, entities = parse(html)
    assert got == text
    assert sorted(e["type"] for e in entities) == sorted(types)


def test_lengths_are_counted_in_utf16_units():
    assert utf16("a😀я") == 4


def test_a_message_is_measured_as_telegram_measures_it():
    assert len(Messages.content({"text": "😀" * 2048})[0]) == 2048
    with pytest.raises(ApiError, match="message is too long"):
        Messages.content({"text": "😀" * 2049})


def test_telegram_calls_only_a_few_ports():
    telegram = Telegram()
    for url, is_fine in ("https://a.test/t", True), ("https://a.test:8443/t", True), ("https://a.test:9000/t", False):
        with contextlib.nullcontext() if is_fine else pytest.raises(ApiError, match="only on ports"):
            telegram.m_setwebhook(telegram.bot, {"url": url})
