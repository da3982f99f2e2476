"""The console at work: every view for everybody, few presses, nothing lost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from e2e.accessibility import COLOURS, SIZES, Look, faults, worn
from e2e.desk import ARM, Desk
from e2e.office import Office, open_office
from support import diary
from support.ward import ZONE

Picture = Callable[..., None]

VIEWS = (
    "today",
    "completion",
    "forms?measure=missing",
    "forms?measure=completion_of&month={month}",
    "forms?measure=nonsense",
    "people?figure=adherence",
    "people?figure=visits_exempt",
    "participants",
    "participants/N-301",
    "participants/N-302",
    "participants/N-301/entry",
    "participants/N-301/responses/{paper}",
    "participants/N-301/responses/{paper}/again",
    "participants/N-999",
    "print/guide/N-301",
    "print/calendar/N-301",
    "print/form/{form}",
    "exempt",
    "enrol",
    "study",
    "instruments",
    "instruments/adopt",
    "exports",
    "reminders",
    "audit",
    "audit?participant=N-301",
    "nowhere",
)
# Of the same parts as the views before them, so that two looks are enough.
LIKE_OTHERS = re.compile(r"^(people|forms|participants/N-[39]|audit\?|nowhere|instruments/)")
LOOKS = (
    Look("desk", 1280),
    Look("dark", 1280, COLOURS, scheme="dark"),
    Look("forced-colours", 1280, COLOURS, forced="active"),
    Look("laptop", 1024, ()),
    Look("tablet", 820, SIZES),
    Look("phone", 360, SIZES),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Two people with a past: one has missed forms, the other is exempt from them."""
    with open_office(tmp_path_factory.mktemp("console")) as office:
        office.invite("cleo@clinic.example", "Cleo Chief", "coordinator", "N")
        office.invite("sam@clinic.example", "Sam South", "coordinator", "S")
        for code, reads in (("N-301", True), ("N-302", False)):
            office.enrol(code, 115, reads_english=reads)
        yield office


@pytest.fixture(scope="module")
def desk(chromium: Browser, office: Office) -> Iterator[Desk]:
    desk = Desk(chromium, office)
    desk.sign_in()
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def cleo(chromium: Browser, office: Office) -> Iterator[Desk]:
    """A colleague of Ann's at the same site."""
    desk = Desk(chromium, office)
    desk.sign_in("cleo@clinic.example")
    yield desk
    desk.context.close()


@pytest.fixture(scope="module")
def names(cleo: Desk) -> dict[str, str]:
    """What the addresses of views have to name: a paper form that was typed in, a month, a form."""
    form = cleo.look("participants/N-301/entries")["forms"][-1]
    paper = str(uuid4())
    cleo.tell(
        "participants/N-301/entries",
        {
            "id": paper, "expected_form_id": form["id"], "mode": "paper",
            "collected_on": cleo.clinic.days_ago(30), "answers": {}, "skipped": [],
        },
    )  # fmt: skip
    month = cleo.look("completion/trend")["months"][-1]["month"]
    return {"paper": paper, "month": month, "form": form["questionnaire_sha"]}


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_can_be_used_by_everybody(
    desk: Desk, names: dict[str, str], picture: Picture, view: str
) -> None:
    desk.show(view.format(**names))
    looks = LOOKS[:2] if LIKE_OTHERS.match(view) else LOOKS
    assert seen(desk.page, re.sub(r"[^a-z0-9]+", "-", view.lower()), picture, looks) == []


def seen(page: Page, name: str, picture: Picture, looks: Sequence[Look]) -> list[str]:
    """What is wrong with a page in these looks; it has its picture taken in each."""
    found = []
    for look in worn(page, looks):
        found += [f"{look.name}: {fault}" for fault in faults(page, look.rules)]
        picture(page, f"console-{name}-{look.name}")
    return found


def test_a_questionnaire_is_seen_as_on_a_phone_and_nothing_is_kept(
    desk: Desk, picture: Picture
) -> None:
    page, sent = desk.page, []
    desk.go("Instruments")
    page.get_by_role("link", name="Preview Worry and tension").click()
    expect(page.get_by_text("Nothing that you tap here is saved or sent.")).to_be_visible()
    page.on("request", lambda request: sent.append(request.method))
    light, dark = page.locator(".phone-glass").all()
    colours = [
        phone.locator("h1").evaluate("one => getComputedStyle(one).color")
        for phone in (light, dark)
    ]
    assert colours[0] != colours[1]
    assert light.locator(".page").evaluate("one => one.clientWidth") <= 360
    assert faults(page) == []
    picture(page, "console-preview-desk")

    question = light.locator("h1").inner_text()
    light.get_by_role("radio").first.check()
    expect(dark.get_by_role("radio").first).to_be_checked()
    dark.get_by_role("button", name="Next").click()
    expect(light.locator("h1")).not_to_have_text(question)
    light.get_by_role("link", name="Back").click()
    expect(dark.locator("h1")).to_have_text(question)

    page.get_by_label("Show").select_option("All questions")
    expect(page.locator(".phone.long")).to_have_count(10)
    assert faults(page) == []
    picture(page, "console-preview-all-desk")
    assert set(sent) <= {"GET"}


def test_every_number_of_a_row_opens_as_many_forms(desk: Desk) -> None:
    desk.go("Completion")
    desk.page.reload()
    table = desk.page.get_by_role("table", name=re.compile("what became of them"))
    row = table.get_by_role("row").filter(has_text="Week 12").filter(has_text=ARM)
    expect(row).to_be_visible()
    links = {
        link.get_attribute("href") or "": int(link.inner_text())
        for link in row.get_by_role("link").all()
    }
    assert links
    for target, number in links.items():
        desk.page.goto(f"{desk.clinic.origin}/console/{target}")
        forms = f"{number} {'form' if number == 1 else 'forms'},"
        expect(desk.page.get_by_role("table").get_by_text(forms)).to_be_visible()


PLACES = (
    "today", "completion", "participants", "exempt", "enrol", "study", "exports", "instruments",
    "audit",
)  # fmt: skip
# Where the emptiness shows; the other views are what they are with people.
BARE = {"today", "completion", "exempt", "participants/Q-1/entry"}


def whole(desk: Desk, views: Sequence[str], name: str, picture: Picture) -> None:
    """Every view comes without a problem, and what is bare can be used by everybody."""
    for view in views:
        desk.show(view)
        assert desk.page.get_by_role("alert").count() == 0, view
        if view in BARE:
            assert seen(desk.page, f"{name}-{view.replace('/', '-')}", picture, LOOKS[:1]) == []


def test_a_site_without_participants_has_whole_views(
    chromium: Browser, office: Office, picture: Picture
) -> None:
    sam = Desk(chromium, office)
    sam.sign_in("sam@clinic.example")
    whole(sam, PLACES, "nobody", picture)
    sam.show("today")
    expect(sam.page.get_by_text("Nobody needs you right now").first).to_be_visible()
    sam.show("completion")
    expect(sam.page.get_by_text("No forms yet: nobody is enrolled here")).to_be_visible()
    sam.context.close()


def test_a_study_without_forms_has_whole_views_and_enrols(
    chromium: Browser, office: Office, picture: Picture
) -> None:
    """Visits alone are planned: no timepoint asks the questionnaire that there is."""
    text = diary.study("visits", ("morning",), (0, 10)).replace('packs = ["pack"]', "packs = []")
    office.publish("visits", text, diary.forms())
    office.invite("quinn@clinic.example", "Quinn Quiet", "coordinator", "visits/S1")
    quinn = Desk(chromium, office, "visits")
    quinn.sign_in("quinn@clinic.example")
    quinn.tell(
        "participants",
        {
            "code": "Q-1", "site": "S1", "arm": "all", "enrolled_on": office.days_ago(3),
            "anchors": {}, "zone": ZONE, "preferred_language": "en", "reads_english": True,
            "reads_english_how": "asked", "interpreter": False,
        },
    )  # fmt: skip
    of_one = ("participants/Q-1", "participants/Q-1/entry", "print/calendar/Q-1")
    whole(quinn, (*PLACES, *of_one), "no-forms", picture)
    quinn.context.close()


def test_what_is_printed_has_no_console_around_it(
    desk: Desk, names: dict[str, str], picture: Picture
) -> None:
    page = desk.page
    printed = ("completion?arm=stop", "participants/N-301")
    for view in (*printed, *(v for v in VIEWS if v.startswith("print/"))):
        desk.show(view.format(**names))
        page.emulate_media(media="print")
        expect(page.get_by_role("navigation")).to_have_count(0)
        expect(page.get_by_role("button", name="Print")).to_have_count(0)
        if view.startswith("completion"):
            # What narrows the numbers is printed above them, and nothing that does not.
            expect(page.get_by_label("Arm", exact=True)).to_be_visible()
            expect(page.get_by_label("Questionnaire", exact=True)).to_be_hidden()
        if view.startswith("print/"):
            # It goes to the participant: letters of 12 points, and no name of the staff.
            expect(page.get_by_text("Ann Lee")).to_be_hidden()
            sheet = page.locator("article").first
            assert sheet.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") >= 16
        picture(page, f"console-{re.sub(r'[^a-z0-9]+', '-', view.lower())}-printed")
        page.emulate_media(media="screen")


# Goes through a table link by link, forwards and backwards, and lists what has the focus and lies
# below something else, or has lost the heads of its column or of its row.
UNSEEN = """() => {
  const shown = (one, x, y) => {
    const top = document.elementFromPoint(x, y);
    return top !== null && (one.contains(top) || top.contains(one));
  };
  const wrong = [];
  for (const table of document.querySelectorAll("main table:has(thead)")) {
    const links = [...table.querySelectorAll("tbody a")];
    for (const one of [...links, ...links.toReversed()]) {
      one.focus();
      const { left, right, top, bottom } = one.getBoundingClientRect();
      const column = table.querySelector("thead th").getBoundingClientRect();
      const row = one.closest("tr").querySelector("th[scope=row]");
      if (!shown(one, left + 1, top + 2) || !shown(one, right - 1, bottom - 2))
        wrong.push(`covered: ${one.closest("tr").rowIndex} ${one.textContent}`);
      if (!shown(table.querySelector("thead th"), column.left + 3, column.bottom - 5))
        wrong.push(`no heads: ${one.closest("tr").rowIndex} ${one.textContent}`);
      if (!shown(row, row.getBoundingClientRect().left + 3, (top + bottom) / 2))
        wrong.push(`no row head: ${one.closest("tr").rowIndex} ${one.textContent}`);
    }
  }
  return wrong;
}"""


# The longest tables there can be; they are of the same parts as the short ones.
LONG = (("forms?measure=enrolled", 200), ("completion?split=each&future=1", 100))


def test_a_long_table_keeps_its_heads_and_covers_nothing_that_has_the_focus(
    desk: Desk, office: Office, picture: Picture
) -> None:
    for number in range(4):
        office.enrol(f"N-31{number}", 115)
    page = desk.page
    for view, number in LONG:
        desk.show(view)
        rows = page.locator("main table tbody tr")
        assert rows.count() >= number
        for width in (1280, 820):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate(UNSEEN) == [], (view, width)
            assert faults(page, ()) == []
            rows.nth(number // 2).get_by_role("link").first.focus()
            page.keyboard.press("Tab")
            picture(page, f"console-long-{view[:5]}-{width}", whole=False)
    page.set_viewport_size({"width": 1280, "height": 900})
