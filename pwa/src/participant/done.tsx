/** After sending: whether it arrived, the receipt, and what comes next. */
import { useState } from "preact/hooks";
import { clockTime, dateIn, longDate } from "../core/dates.ts";
import { now } from "../device/clock.ts";
import { en, sentence } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { Note, Page } from "./layout.tsx";
import { finished, nextForm, todayOf, todo } from "./plan.ts";
import { platform } from "./platform.ts";
import { dismiss, dismissed } from "./prefs.ts";
import { reach } from "./push.ts";
import { TurnOn } from "./reminders.tsx";
import { paths } from "./router.ts";
import { type State, useAppState } from "./state.ts";

function Outcome({ state, response, today }: { state: State; response: string; today: string }) {
  const receipt = state.receipts.find(({ id }) => id === response);
  const waiting = state.waiting.find(({ id }) => id === response);
  if (receipt) {
    const date = longDate(dateIn(state.me?.zone ?? "", new Date(receipt.received_at)), today);
    return (
      <>
        <p class="lead lead-mark">
          <Icon name="tick" /> <span>{en.done.sent}</span>
        </p>
        {receipt.disposition === "late" && <p>{en.done.late}</p>}
        {receipt.disposition === "duplicate" && <p>{en.done.duplicate}</p>}
        <div class="receipt">
          <p>{en.done.code}</p>
          <p class="receipt-code">{receipt.code}</p>
          <p class="hint">
            {date}, {clockTime(receipt.received_at)}. {en.done.codeHint}
          </p>
        </div>
      </>
    );
  }
  const unstored = state.unstored.some(({ id }) => id === response);
  if (unstored || (state.forgetful && waiting?.state === "waiting")) {
    return (
      <Note kind="bad" urgent>
        {en.done.openPage}
      </Note>
    );
  }
  if (waiting?.state === "held") {
    return (
      <Note kind="bad">
        <p>{en.done.refused}</p>
        <p>{sentence(waiting.slug ?? "")}</p>
      </Note>
    );
  }
  return (
    <>
      <p class="lead lead-mark">
        <Icon name="cloudOff" /> <span>{en.done.kept}</span>
      </p>
      <p>{state.lost ? en.done.keptSignIn : state.away ? en.done.keptAway : en.done.keptBody}</p>
    </>
  );
}

/** Reminders are offered once, after the first questionnaire that has arrived. */
function OfferReminders({ state }: { state: State }) {
  const [gone, setGone] = useState(() => dismissed("reminders"));
  const { me } = state;
  if (gone || !me || me.reminders.push !== "none" || !me.reminders.vapid_public_key) return null;
  const { os, installed } = platform();
  const can = reach(os === "ios" && !installed);
  if (can === "unsupported" || can === "denied") return null;
  const away = (): void => {
    dismiss("reminders");
    setGone(true);
  };
  return (
    <section class="card">
      <h2>
        <Icon name="bell" /> {en.reminders.askTitle}
      </h2>
      <p>{can === "install-first" ? en.reminders.installFirst : en.reminders.ask}</p>
      {can === "install-first" ? (
        <a class="button button-quiet" href={paths.install}>
          {en.settings.install}
        </a>
      ) : (
        <TurnOn />
      )}
      <button type="button" class="button button-plain" onClick={away}>
        {en.reminders.notNow}
      </button>
    </section>
  );
}

export function DoneScreen({ response }: { response: string }) {
  const state = useAppState();
  const { me, checkedAt, receipts, begun } = state;
  if (!me) return null;
  const today = todayOf(me, checkedAt, now());
  const list = todo(me, finished(state), today, begun);
  const sent = [...receipts, ...state.waiting, ...state.unstored].find(({ id }) => id === response);
  const next = nextForm(list, sent?.form_id ?? null, me);
  return (
    <Page title={en.done.title}>
      <div role="status" class="outcome">
        <Outcome state={state} response={response} today={today} />
      </div>
      {next && (
        <a class="button" href={paths.form(next.id)}>
          {en.done.next(next.title)}
        </a>
      )}
      {!next && <OfferReminders state={state} />}
      <a class={next ? "button button-plain" : "button"} href={paths.home}>
        {en.done.home}
      </a>
    </Page>
  );
}
