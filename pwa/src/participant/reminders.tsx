/** Everything about reminders that the person decides: on, hour, later, pause, stop. */
import { useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { Me, Preferences } from "../api/types.ts";
import { addDays, dateIn, longDate } from "../core/dates.ts";
import { now } from "../device/clock.ts";
import { en, sentence } from "../strings/en.ts";
import { platform } from "./platform.ts";
import { reach, turnOn } from "./push.ts";
import { paths } from "./router.ts";
import { getState } from "./state.ts";
import { takeMe } from "./sync.ts";

/** The words for a subscription that did not come about. */
function whyNot(slug: string): string {
  if (slug === "denied") return en.reminders.denied;
  if (slug === "dismissed" || slug === "push-unavailable") return en.reminders.failed;
  return sentence(slug);
}

export function TurnOn() {
  const [said, setSaid] = useState<{ text: string; good: boolean } | null>(null);
  const on = async (): Promise<void> => {
    const slug = await turnOn();
    setSaid(
      slug ? { text: whyNot(slug), good: false } : { text: en.reminders.testSent, good: true },
    );
  };
  return (
    <>
      {said && (
        <p class={said.good ? "good" : "error"} role="status">
          {said.text}
        </p>
      )}
      {!said?.good && (
        <button type="button" class="button" onClick={() => void on()}>
          {en.reminders.yes}
        </button>
      )}
    </>
  );
}

function OnThisPhone({ me }: { me: Me }) {
  const { os, installed } = platform();
  const can = reach(os === "ios" && !installed);
  const [said, setSaid] = useState("");
  const test = async (): Promise<void> => {
    const result = await api.testReminder();
    setSaid(result.ok ? en.reminders.testSent : sentence(result.slug));
  };
  if (!me.reminders.vapid_public_key || can === "unsupported") {
    return <p>{en.reminders.unsupported}</p>;
  }
  if (can === "denied") return <p>{en.reminders.denied}</p>;
  if (can === "install-first") {
    return (
      <p>
        {en.reminders.installFirst} <a href={paths.install}>{en.settings.install}</a>
      </p>
    );
  }
  if (can === "off" || me.reminders.push === "none") {
    return (
      <>
        <p>{en.reminders.off}</p>
        <TurnOn />
      </>
    );
  }
  return (
    <>
      <p>{me.reminders.push === "proven" ? en.reminders.on : en.reminders.unproven}</p>
      <p role="status">{said}</p>
      <button type="button" class="button button-quiet" onClick={() => void test()}>
        {en.reminders.test}
      </button>
    </>
  );
}

type Save = (wanted: Preferences, text?: string) => Promise<void>;

const EVENING = 18;

/** The instant of an hour today or on a later day, by this phone's clock. */
export function atHour(from: Date, days: number, hour: number): string {
  const date = new Date(from);
  date.setDate(date.getDate() + days);
  date.setHours(hour, 0, 0, 0);
  return date.toISOString();
}

function Snooze({ save, hour }: { save: Save; hour: number }) {
  const at = now();
  const later = (text: string, days: number, wanted: number) => (
    <button
      type="button"
      class="button button-quiet"
      onClick={() => void save({ snooze_until: atHour(at, days, wanted) }, en.reminders.snoozed)}
    >
      {text}
    </button>
  );
  return (
    <div class="buttons">
      <h3>{en.reminders.snooze}</h3>
      {at.getHours() < EVENING && later(en.reminders.thisEvening, 0, EVENING)}
      {later(en.reminders.tomorrow, 1, hour)}
    </div>
  );
}

/** The hours one can be reminded at: not at night. */
const HOURS = Array.from({ length: 13 }, (_none, index) => index + 8);

export function Reminders({ me }: { me: Me }) {
  const [said, setSaid] = useState("");
  const { hour, paused_until, opted_out, email } = me.reminders;
  const today = dateIn(me.zone, now());
  const save = async (wanted: Preferences, text: string = en.reminders.saved): Promise<void> => {
    const result = await api.preferences(wanted);
    setSaid(result.ok ? text : sentence(result.slug));
    const current = getState().me;
    if (result.ok && current) await takeMe({ ...current, reminders: result.data });
  };
  const button = (text: string, wanted: Preferences, after?: string) => (
    <button type="button" class="button button-quiet" onClick={() => void save(wanted, after)}>
      {text}
    </button>
  );
  return (
    <section class="card">
      <h2>{en.reminders.title}</h2>
      <OnThisPhone me={me} />
      {email && <p>{en.reminders.email}</p>}
      <label class="label" for="hour">
        {en.reminders.hour}
      </label>
      <select
        class="field"
        id="hour"
        value={String(hour)}
        onChange={(event) => void save({ hour: Number(event.currentTarget.value) })}
      >
        {HOURS.map((one) => (
          <option key={one} value={String(one)}>
            {en.reminders.hourOption(one)}
          </option>
        ))}
      </select>
      {opted_out && <p>{en.reminders.optedOut}</p>}
      {paused_until && (
        <p>{en.reminders.pausedUntil(longDate(paused_until.slice(0, 10), today))}</p>
      )}
      <p role="status">{said}</p>
      {!opted_out && !paused_until && <Snooze save={save} hour={hour} />}
      {opted_out || paused_until ? (
        button(en.reminders.resume, { opted_out: false, paused_until: null })
      ) : (
        <div class="buttons">
          <h3>{en.reminders.pause}</h3>
          {button(en.reminders.pauseWeek, { paused_until: addDays(today, 7) })}
          {button(en.reminders.pauseMonth, { paused_until: addDays(today, 30) })}
          {button(en.reminders.optOut, { opted_out: true })}
        </div>
      )}
    </section>
  );
}
