/** What is coming and what has been: dates, receipts, and why something closed. */
import { useState } from "preact/hooks";
import { api } from "../api/participant.ts";
import type { FormCard, Me, Occasion } from "../api/types.ts";
import { dateIn, longDate } from "../core/dates.ts";
import { en, sentence } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { finished, upcoming } from "./plan.ts";
import { rememberWhy, saidWhy } from "./prefs.ts";
import type { State } from "./state.ts";

/** For a missed form: the reason in one tap, if the person wants to give one. */
function SayWhy({ form }: { form: FormCard }) {
  const [said, setSaid] = useState(() => saidWhy(form.id));
  const [error, setError] = useState<string | null>(null);
  if (said) return <p class="hint">{en.why.thanks}</p>;
  const say = async (reason: string): Promise<void> => {
    const result = await api.sayWhy(form.id, reason);
    setError(result.ok ? null : sentence(result.slug));
    if (!result.ok) return;
    rememberWhy(form.id);
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

function PastForm({ form, state, today }: { form: FormCard; state: State; today: string }) {
  const receipt = state.receipts.find((one) => one.form_id === form.id);
  const at = form.received_at ?? receipt?.received_at ?? null;
  const waits = state.waiting.find((one) => one.form_id === form.id);
  if (at !== null) {
    const date = longDate(dateIn(state.me?.zone ?? "", new Date(at)), today);
    return (
      <li class="past-form">
        <span translate={false}>{form.title}</span>
        <span class="hint">
          <Icon name="tick" /> {en.home.received(date)}
          {receipt && `. ${en.home.receipt(receipt.code)}`}
        </span>
      </li>
    );
  }
  const words = waits?.state === "held" ? en.home.held : en.home.onPhone;
  return (
    <li class="past-form">
      <span translate={false}>{form.title}</span>
      <span class="hint">{waits ? words : form.why}</span>
      {form.state === "missing" && !waits && <SayWhy form={form} />}
    </li>
  );
}

function Past({ occasion, state, today }: { occasion: Occasion; state: State; today: string }) {
  const done = finished(state.waiting, state.receipts);
  const over = (form: FormCard): boolean =>
    done.has(form.id) || (form.state !== "open" && form.state !== "upcoming");
  return (
    <li class="past">
      <p class="past-label" translate={false}>
        {occasion.label}
      </p>
      <ul>
        {occasion.forms.filter(over).map((form) => (
          <PastForm key={form.id} form={form} state={state} today={today} />
        ))}
      </ul>
    </li>
  );
}

/** So many past occasions are in sight; earlier ones open with a tap. */
const RECENT = 2;

export function Dates({ me, state, today }: { me: Me; state: State; today: string }) {
  const done = finished(state.waiting, state.receipts);
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
