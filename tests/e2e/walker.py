"""A participant in any of the three engines: she reads headings, taps, and goes on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Error

from e2e.browsers import Engine
from support.processes import wait_until
from support.ward import Ward

# How many questionnaires lie on the phone; -1 before the app has arrived there.
_KEPT = """(async () => {
  if (!navigator.serviceWorker?.controller) return -1;
  if (!(await indexedDB.databases()).some((one) => one.name === "sayso")) return -1;
  const db = await new Promise((done, failed) => {
    const request = indexedDB.open("sayso");
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  const count = await new Promise((done) => {
    const request = db.transaction("questionnaires").objectStore("questionnaires").count();
    request.onsuccess = () => done(request.result);
  });
  db.close();
  return count;
})()"""
# The question at which the phone would go on, out of the only draft that lies on it.
_PLACE = """(async () => {
  const db = await new Promise((done) => {
    const request = indexedDB.open("sayso");
    request.onsuccess = () => done(request.result);
  });
  const all = (store) => new Promise((done) => {
    const request = db.transaction(store).objectStore(store).getAll();
    request.onsuccess = () => done(request.result);
  });
  const [[key], [sealed]] = [await all("keys"), await all("drafts")];
  db.close();
  const bytes = await crypto.subtle.decrypt({ name: "AES-GCM", iv: sealed.iv }, key, sealed.data);
  return JSON.parse(new TextDecoder().decode(bytes)).at_item;
})()"""
# Answers question after question as a finger would, up to the page that shows all answers or so
# many questions; what it gives is the number of questions answered and the heading it stopped at.
_ANSWER = """(async (most, words) => {
  const seen = async (test) => {
    for (let tries = 0; tries < 500; tries++) {
      if (test()) return;
      await new Promise((done) => setTimeout(done, 20));
    }
    throw new Error(`the app stands still at ${title()}: ${document.body.innerText}`);
  };
  const title = () => {
    const asks = document.querySelector("main.question, .answers");
    return (asks && document.querySelector("main h1")?.textContent) ?? "";
  };
  for (let number = 0; ; number++) {
    await seen(title);
    if (title() === "Check your answers" || number === most) return [number, title()];
    const asked = title();
    const radios = [...document.querySelectorAll("main input[type=radio]")];
    const field = document.querySelector("main input:not([type=checkbox])");
    if (radios.length) radios[radios.length >> 1].click();
    else {
      const kind = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
      kind.set.call(field, field.inputMode === "numeric" ? "7" : words);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    document.querySelector("form button[type=submit]").click();
    await seen(() => title() !== asked);
  }
})"""
ALL = 99


@dataclass
class Walker:
    """One person with her browser and a phone of her own; `code` is her study code."""

    engine: Engine
    ward: Ward
    study: str
    code: str = ""
    origin: str = ""

    def come_in(self, forms: int) -> None:
        """Take a new phone, enrol, and wait until the app and its forms are on the phone."""
        self.origin = self.ward.another_address()
        self.code, code = self.ward.enrol(self.study)
        self.enter(code)
        self.until(lambda: self.engine.evaluate(_KEPT) == forms, "the forms are on the phone")

    def enter(self, code: str) -> None:
        """Follow the link of the picture and tap."""
        self.engine.go(f"{self.origin}/enrol#{code}")
        self.tap("Begin")
        self.sees("Hello")

    def open(self, place: str = "") -> None:
        """Open the app anew."""
        self.engine.go(f"{self.origin}/{place}")

    def tap(self, words: str) -> None:
        """Tap the button or link that says these words, as soon as it is there."""
        tap = (
            "((found) => { found?.click(); return !!found; })"
            "([...document.querySelectorAll('button,a')]"
            f".find((one) => one.textContent.trim() === {json.dumps(words)}))"
        )
        self.until(lambda: self.engine.evaluate(tap), f"a button says {words!r}")

    def sees(self, words: str) -> None:
        """Wait until the page says these words."""
        self.until(lambda: words in self.text(), f"the page says {words!r}")

    def text(self) -> str:
        """Every word on the page."""
        return str(self.engine.evaluate("document.body?.innerText ?? ''"))

    def answer(self, most: int = ALL, words: str = "7") -> tuple[int, str]:
        """Answer so many questions; how many there were, and the heading that came then."""
        number, heading = self.engine.evaluate(f"{_ANSWER}({most}, {json.dumps(words)})")
        return int(number), str(heading)

    def would_go_on_at(self, question: str) -> None:
        """Wait until the phone has written down that she is at this question."""
        self.until(lambda: self.engine.evaluate(_PLACE) == question, f"it is at {question!r}")

    def finish(self) -> None:
        """Answer what is left and send."""
        self.answer()
        self.tap("Confirm and send")
        self.sees("Thank you")

    def find_network(self) -> None:
        """The network is back, and the browser says so in three ways at once."""
        self.ward.line.well()
        self.engine.evaluate(
            "['online', 'pageshow', 'online'].forEach((name) => dispatchEvent(new Event(name)))"
        )

    def set_clock_ahead(self, days: int) -> None:
        """Let the phone's clock run so many days ahead of this machine's, in the open page."""
        self.engine.evaluate(_AHEAD % (days * 24 * 60 * 60 * 1000))

    def until(self, holds: Any, what: str) -> None:
        """Look again until it holds; fails with what the page says."""

        def looked() -> bool:
            try:
                return bool(holds())
            except (AssertionError, Error):
                # The page was just being replaced by the next one, as after an update.
                return False

        try:
            wait_until(looked, what)
        except AssertionError as error:
            raise AssertionError(f"{error}; the page says: {self.text()}") from None


_AHEAD = """(() => {
  const Real = globalThis.RealDate ?? Date;
  globalThis.RealDate = Real;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + %d); }
    static now() { return new this().getTime(); }
  };
})()"""
