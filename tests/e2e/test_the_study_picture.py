"""The picture of a schedule in a browser: nothing cut and nothing on top of anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Browser

from sayso.domain.study import Study
from sayso.formats.study_svg import picture
from support.people import stop_study

# Texts that leave the picture, and pairs of them that share more than the leading of a line.
FAULTS = """() => {
  const whole = document.querySelector("svg").viewBox.baseVal;
  const texts = [...document.querySelectorAll("text")].map((text) => {
    const { x, y, width, height } = text.getBBox();
    return { words: text.textContent, left: x, top: y, right: x + width, bottom: y + height };
  });
  const faults = [];
  texts.forEach(({ words, left, top, right, bottom }, place) => {
    if (left < 0 || top < 0 || right > whole.width || bottom > whole.height)
      faults.push(`${words}: cut`);
    for (const other of texts.slice(place + 1)) {
      const beside = right <= other.left || other.right <= left;
      const apart = bottom <= other.top + 2 || other.bottom <= top + 2;
      if (!beside && !apart) faults.push(`${words}: on top of ${other.words}`);
    }
  });
  return faults;
}"""


def crowded() -> Study:
    """The shipped study with names that are far too long, and visits every other week."""
    study = stop_study()
    point = study.timepoints[2]
    weeks = tuple(
        replace(point, id=f"V{n}", label=f"Fortnightly visit {n}", opens=14 * n, target=14 * n,
                closes=14 * n + 3, anchor="enrolment" if n % 5 else None)
        for n in range(40)
    )  # fmt: skip
    return replace(
        study,
        title=" ".join([study.title] * 3),
        timepoints=(
            *weeks,
            replace(point, label="An unbelievablylongnamewithoutanygap (Week 120)"),
        ),
        packs=tuple(replace(pack, label=" ".join([pack.label] * 4)) for pack in study.packs),
        arms=tuple(replace(arm, label=" ".join([arm.label] * 4)) for arm in study.arms),
        event_forms=tuple(
            replace(form, label=" ".join([form.label] * 9)) for form in study.event_forms
        ),
    )


@pytest.mark.parametrize("study", [stop_study(), crowded()], ids=["shipped", "crowded"])
def test_no_text_is_cut_or_lies_on_another(chromium: Browser, study: Study) -> None:
    page = chromium.new_page()
    drawn = picture(study, "ab" * 32)

    # The fonts named, and the widest that a machine without them may have in their place.
    for fonts in ("Helvetica, Arial", "DejaVu Sans"):
        page.set_content(drawn.replace("Helvetica, Arial", fonts))
        assert page.evaluate(FAULTS) == []
    page.close()


def test_the_shipped_study_is_one_sheet_of_paper(chromium: Browser) -> None:
    page = chromium.new_page()
    style = "@page { size: A4 landscape; margin: 10mm } body { margin: 0 } svg { display: block }"
    page.set_content(f"<style>{style}</style>{picture(stop_study(), 'ab' * 32)}")

    # Each page of a PDF names its paper once.
    assert page.pdf(prefer_css_page_size=True).count(b"/MediaBox") == 1
    page.close()
