"""What a questionnaire says is shown as it is, and what we say ourselves is little."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, expect

from e2e.phone import Phone, answer
from support import diary
from support.house import ROOT
from support.instruments import small_form
from support.ward import Ward, open_ward

# Each would run in a page that puts it in as HTML, as an address, a style or a template.
HOSTILE = (
    "<script>window.ran = 1</script>",
    "<img src=x onerror='window.ran = 2'>",
    "<svg onload=window.ran=3><animate onbegin=window.ran=4 attributeName=x dur=1s>",
    "\"><iframe srcdoc='<script>parent.ran=5</script>'></iframe>",
    "<a href='javascript:window.ran=6'>Tap</a>",
    "<style>@import 'http://127.0.0.1:9/x.css'; body { display: none }</style>",
    "<math><mtext><table><mglyph><style><img src=x onerror=window.ran=7>",
    "<details open ontoggle=window.ran=8>x</details>",
    "{{constructor.constructor('window.ran=9')()}} ${window.ran=10} <%= 1 %>",
    "</textarea></title></style></script><script>window.ran=11</script>",
    "<base href='http://127.0.0.1:9/'><form action=//x><button>Next</button></form>",
    "&lt;script&gt;window.ran=12&lt;/script&gt; &#x3c;img src=x onerror=window.ran=13&#x3e;",
    "<template><slot onslotchange=window.ran=14></slot></template><x-y is=z>",
    "\u202e<b>right to left</b>\u2028line\u2029paragraph\ufeff\U0001f9a2",
)
# Asked of the page after each step: what ran, and elements that only the text can have made.
FOREIGN = (
    '[window.ran ?? 0, document.querySelectorAll(\'script:not([src^="/assets/"]), iframe, style,'
    ' base, template, math, animate, [onerror], [onload], [ontoggle], a[href^="javascript"],'
    " body b').length]"
)
VERBATIM = "(text) => document.querySelector('main h1')?.textContent === text"
WATCH = "addEventListener('securitypolicyviolation', (one) => console.log('CSP ' + one.blockedURI))"


def hostile_form() -> dict[str, Any]:
    """A questionnaire with each of these texts in every place where a text can stand."""
    items: list[dict[str, Any]] = []
    for number, words in enumerate(HOSTILE):
        options = [{"code": code, "text": f"{words} {code}"} for code in (0, 1)]
        kinds: tuple[dict[str, Any], ...] = (
            {"type": "choice", "answer_options": options},
            {"type": "multiple", "answer_options": options},
            {"type": "scale", "min": 0, "max": 5, "ends": [words, words]},
            {"type": "integer", "min": 0, "max": 9, "unit": words[:40]},
            {"type": "long_text"},
        )
        asked = {
            "id": f"q{number}", "text": f"{words} {number}", "help": words,
            **kinds[number % len(kinds)],
        }  # fmt: skip
        items.append({"id": f"p{number}", "type": "page", "text": words, "items": [asked]})
    return small_form(*items, id="hostile", title=HOSTILE[1])


@pytest.fixture(scope="module")
def ward(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ward]:
    with open_ward(tmp_path_factory.mktemp("ward")) as ward:
        yield ward


@pytest.fixture
def her(ward: Ward, chromium: Browser, playwright: Playwright) -> Iterator[Phone]:
    phone = Phone(chromium, playwright.devices["Pixel 7"], ward.origin)
    phone.context.add_init_script(WATCH)
    yield phone
    phone.close()


def test_a_hostile_questionnaire_is_read_and_never_obeyed(ward: Ward, her: Phone) -> None:
    study = ward.publish(diary.study("hostile", ("hostile",), (0,)), {"hostile": hostile_form()})
    code, sign_in = ward.enrol(study)
    page = her.page
    page.on("dialog", lambda dialog: pytest.fail(f"a dialog opened: {dialog.message}"))
    her.enrol(sign_in)
    expect(page.locator("main")).to_contain_text(HOSTILE[1])
    her.keep_app()
    her.start()
    for number, words in enumerate(HOSTILE):
        page.wait_for_function(VERBATIM, arg=f"{words} {number}")
        assert page.evaluate(FOREIGN) == [0, 0], words
        answer(page.locator("main"))
        page.locator("form > footer button").click()
    assert page.evaluate(FOREIGN) == [0, 0]
    her.send()
    expect(page.get_by_text("The study team has your answers.")).to_be_visible()
    assert page.evaluate(FOREIGN) == [0, 0]
    assert [line for line in her.said if "CSP" in line or "Content Security" in line] == []
    [stored] = ward.responses(code)
    assert len(stored.answers) == len(HOSTILE)
    _nothing_of_the_api_is_cached(her)


def _nothing_of_the_api_is_cached(her: Phone) -> None:
    cached = her.page.evaluate(
        "(async () => { const found = []; for (const name of await caches.keys())"
        " for (const one of await (await caches.open(name)).keys()) found.push(one.url);"
        " return found })()"
    )
    assert cached
    assert [url for url in cached if "/api/" in url] == []


# Every tap on a button or a link, and the words of ours that stand before what is tapped: words
# of the questionnaire and names that the study gave are marked as not to be translated.
COUNT = """addEventListener("click", (event) => {
  const tapped = event.target.closest("button, a");
  if (!tapped) return;
  const kept = JSON.parse(sessionStorage.counted ?? '{"taps":0,"words":[]}');
  kept.taps += 1;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const end = document.createRange();
  end.setStartAfter(tapped);
  const said = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const place = node.parentElement;
    if (end.comparePoint(node, 0) > 0) break;
    if (place.checkVisibility() && !place.closest("[translate=no]")) said.push(node.data);
  }
  kept.words.push(said.join(" ").split(/\\s+/).filter((word) => /\\w/.test(word)));
  sessionStorage.counted = JSON.stringify(kept);
}, true);"""


def test_thirty_questions_take_few_taps_and_our_words_before_them_are_few(
    ward: Ward, her: Phone
) -> None:
    """At most 40 taps beside the answers; at most 60 words of ours before the first question."""
    name = "demo-hrqol"
    text = (ROOT / "instruments" / name / "1.0.0" / "instrument.json").read_text("utf-8")
    study = ward.publish(diary.study("thirty", (name,), (0,)), {name: json.loads(text)})
    _, sign_in = ward.enrol(study)
    her.context.add_init_script(COUNT)
    her.enrol(sign_in)
    her.start()
    expect(her.page.get_by_text(re.compile("^Question 1 of"))).to_be_visible()
    counted = her.page.evaluate("JSON.parse(sessionStorage.counted)")
    words = [word for said in counted["words"] for word in said]
    assert 20 <= len(words) <= 60, " ".join(words)

    assert her.answer_all() == 30
    her.send()
    taps = her.page.evaluate("JSON.parse(sessionStorage.counted).taps")
    assert 30 < taps <= 40
