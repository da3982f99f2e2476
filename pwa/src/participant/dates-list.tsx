/** What is coming and what has been: dates, receipts, and why something closed. */
import { useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { FormCard, Me, Occasion } from "../api/types.ts";
import { dateIn, longDate, shortDate } from "../core/dates.ts";
import { en, sentence } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { finished, upcoming } from "./plan.ts";
import { rememberWhy, saidWhy } from "./prefs.ts";
import type { State } from "./state.ts";

/** For missed forms: the reason in one tap for all of them, if the person wants to give one. */
function SayWhy({ forms }: { forms: readonly FormCard[] }) {
  const [said, setSaid] = useState(() => forms.every((form) => saidWhy(form.id)));
  const [error, setError] = useState<string | null>(null);
  if (said) return <p class="hint">{en.why.thanks}</p>;
  const say = async (reason: string): Promise<void> => {
    for (const form of forms) {
      const result = await api.sayWhy(form.id, reason);
      setError(result.ok ? null : sentence(result.slug));
      if (!result.ok) return;
      rememberWhy(form.id);
    }
    setSaid(true);
  };
  return (
    <details>
      <summary>{en.why.ask}</summary>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      <div class="buttons">
        {Object.entries(en.why.reasons).map(([reason, words]) => (
          <button
            type="button"
            class="button button-quiet"
            key={reason}
            onClick={() => void say(reason)}
          >
            {words}
          </button>
        ))}
      </div>
    </details>
  );
}

interface FormsProps {
  forms: readonly FormCard[];
  state: State;
  today: string;
}

function Titles({ forms }: { forms: readonly FormCard[] }) {
  return (
    <ul>
      {forms.map((form) => (
        <li key={form.id} translate={false}>
          {form.title}
        </li>
      ))}
    </ul>
  );
}

function Received({ forms, state, today }: FormsProps) {
  return (
    <ul>
      {forms.map((form) => {
        const receipt = state.receipts.find((one) => one.form_id === form.id);
        const at = new Date(form.received_at ?? receipt?.received_at ?? 0);
        const date = shortDate(dateIn(state.me?.zone ?? "", at), today);
        return (
          <li key={form.id} class="past-form">
            <span translate={false}>{form.title}</span>
            <span class="hint">
              <Icon name="tick" /> {en.home.received(date)}
              {receipt && `. ${en.home.receipt(receipt.code)}`}
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Waits({ forms, state }: Omit<FormsProps, "today">) {
  const held = forms.filter((form) =>
    state.waiting.some((one) => one.form_id === form.id && one.state === "held"),
  );
  const rest = forms.filter((form) => !held.includes(form));
  return (
    <>
      {rest.length > 0 && <Titles forms={rest} />}
      {rest.length > 0 && <p class="hint">{en.home.onPhone}</p>}
      {held.length > 0 && <Titles forms={held} />}
      {held.length > 0 && <p class="hint">{en.home.held}</p>}
    </>
  );
}

function Past({ occasion, state, today }: { occasion: Occasion; state: State; today: string }) {
  const onPhone = new Set([...state.waiting, ...state.unstored].map((one) => one.form_id));
  const sent = new Set(state.receipts.map((one) => one.form_id));
  const waits = occasion.forms.filter((form) => onPhone.has(form.id));
  const received = occasion.forms.filter(
    (form) => !onPhone.has(form.id) && (form.received_at !== null || sent.has(form.id)),
  );
  const closed = occasion.forms.filter(
    (form) =>
      !waits.includes(form) &&
      !received.includes(form) &&
      form.state !== "open" &&
      form.state !== "upcoming" &&
      !state.begun.has(form.id),
  );
  const missed = closed.filter((form) => form.state === "missing");
  return (
    <li class="past">
      <p class="past-label" translate={false}>
        {occasion.label}
      </p>
      <Received forms={received} state={state} today={today} />
      <Waits forms={waits} state={state} />
      {closed.length > 0 && <Titles forms={closed} />}
      {[...new Set(closed.map((form) => form.why))].map((why) => (
        <p class="hint" key={why}>
          {why}
        </p>
      ))}
      {missed.length > 0 && <SayWhy forms={missed} />}
    </li>
  );
}

/** So many past occasions are in sight; earlier ones open with a tap. */
const RECENT = 2;

export function Dates({ me, state, today }: { me: Me; state: State; today: string }) {
  const done = finished(state);
  const coming = upcoming(me, today);
  const past = me.occasions.filter(
    (occasion) =>
      occasion.state === "done" ||
      occasion.state === "closed" ||
      occasion.forms.some((form) => form.state === "received" || done.has(form.id)),
  );
  return (
    <>
      {coming.length > 0 && (
        <section>
          <h2>{en.home.comingUp}</h2>
          <ul class="list">
            {coming.map((occasion) => (
              <li key={occasion.timepoint}>
                <span translate={false}>{occasion.label}</span>
                <span class="hint">{en.home.opens(longDate(occasion.opens_on, today))}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {past.length > 0 && (
        <section>
          <h2>{en.home.past}</h2>
          <ul class="list">
            {past.slice(0, RECENT).map((occasion) => (
              <Past key={occasion.timepoint} occasion={occasion} state={state} today={today} />
            ))}
          </ul>
          {past.length > RECENT && (
            <details>
              <summary>{en.home.earlier}</summary>
              <ul class="list">
                {past.slice(RECENT).map((occasion) => (
                  <Past key={occasion.timepoint} occasion={occasion} state={state} today={today} />
                ))}
              </ul>
            </details>
          )}
        </section>
      )}
    </>
  );
}
