/** The home screen: one sentence that says what there is to do, and what happened before. */
import { useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { FormCard, Me, Occasion } from "../api/types.ts";
import { clockTime, dateIn, longDate } from "../core/dates.ts";
import { now } from "../device/clock.ts";
import { en, sentence } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { Dates } from "./dates-list.tsx";
import { Note, Page } from "./layout.tsx";
import { clockIsWrong, daysLeft, finished, type Todo, todayOf, todo, upcoming } from "./plan.ts";
import { paths } from "./router.ts";
import { type State, useAppState } from "./state.ts";
import { sendAll, takeMe } from "./sync.ts";
import { isTooOld, updateNow } from "./updates.ts";

const begun = (form: FormCard, here: ReadonlySet<number>): boolean =>
  form.draft_saved_at !== null || here.has(form.id);

/** The one sentence. */
export function headline(
  me: Me,
  list: readonly Todo[],
  today: string,
  here: ReadonlySet<number>,
): string {
  if (me.exempt) return en.home.exempt;
  const forms = list.flatMap((one) => one.forms);
  if (forms.length > 0) {
    const minutes = forms.reduce((sum, form) => sum + form.minutes, 0);
    if (forms.every((form) => begun(form, here))) return en.home.goOn(forms.length);
    return en.home.todo(forms.length, minutes);
  }
  const next = upcoming(me, today)[0];
  const after = next ? en.home.next(longDate(next.opens_on, today)) : en.home.noMore;
  return `${en.home.nothing} ${after}`;
}

/** Until when, or that it is late and still wanted. */
function dueText(occasion: Occasion, today: string): string {
  const left = daysLeft(occasion, today);
  if (left < 0) return en.home.overdue;
  return left === 0 ? en.home.lastDay : en.home.by(longDate(occasion.closes_on, today));
}

function Task({ one, today, here }: { one: Todo; today: string; here: ReadonlySet<number> }) {
  const first = one.forms[0] as FormCard;
  const left = daysLeft(one.occasion, today);
  return (
    <section class="card card-todo" aria-labelledby={`task-${first.id}`}>
      <h2 id={`task-${first.id}`} translate={false}>
        {one.occasion.label}
      </h2>
      <p class={left <= 2 ? "due due-soon" : "due"}>
        <Icon name="clock" /> {dueText(one.occasion, today)}
      </p>
      <ul class="forms">
        {one.forms.map((form) => (
          <li key={form.id}>
            <span translate={false}>{form.title}</span>
            {begun(form, here) && <span class="hint">{en.home.begun}</span>}
          </li>
        ))}
      </ul>
      <a class="button" href={paths.form(first.id)}>
        {begun(first, here) ? en.home.continue : en.home.start}
      </a>
    </section>
  );
}

function Unsent({ state }: { state: State }) {
  const { me, waiting, lost, sending } = state;
  const toSend = waiting.filter((one) => one.state === "waiting");
  const held = waiting.filter((one) => one.state === "held");
  return (
    <>
      {state.unstored.length > 0 && (
        <Note kind="bad" urgent>
          {en.done.openPage}
        </Note>
      )}
      {toSend.length > 0 && (
        <Note kind="info">
          <h2>
            <Icon name="cloudOff" /> {en.unsent.title(toSend.length)}
          </h2>
          <p>{lost ? en.unsent.signIn : state.forgetful ? en.done.openPage : en.unsent.body}</p>
          {!lost && (
            <button
              type="button"
              class="button button-quiet"
              disabled={sending}
              onClick={() => void sendAll()}
            >
              {sending ? en.unsent.sending : en.unsent.button}
            </button>
          )}
        </Note>
      )}
      {held.map((one) => (
        <Note kind="bad" key={one.id}>
          <h2>{en.unsent.heldTitle}</h2>
          <p>{en.unsent.heldBody(one.title)}</p>
          <p>{sentence(one.slug ?? "")}</p>
          <Phone me={me} />
        </Note>
      ))}
    </>
  );
}

function Phone({ me }: { me: Me | null }) {
  if (!me?.support.phone) return null;
  return (
    <a class="button button-quiet" href={`tel:${me.support.phone.replace(/[^+\d]/g, "")}`}>
      <Icon name="phone" /> {en.home.phone(me.support.team_name)}
    </a>
  );
}

function CallMe({ me }: { me: Me }) {
  const [error, setError] = useState<string | null>(null);
  const ask = async (wanted: boolean): Promise<void> => {
    const result = wanted ? await api.askForCall() : await api.callNoMore();
    setError(result.ok ? null : sentence(result.slug));
    if (!result.ok) return;
    const asked = result.data as { call_requested_at: string } | undefined;
    await takeMe({ ...me, call_requested_at: asked?.call_requested_at ?? null });
  };
  const date = me.call_requested_at;
  return (
    <section class="call">
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {date === null ? (
        <button type="button" class="button button-quiet" onClick={() => void ask(true)}>
          <Icon name="phone" /> {en.home.call}
        </button>
      ) : (
        <>
          <p role="status">
            {en.home.callAsked(longDate(dateIn(me.zone, new Date(date)), me.today))}
          </p>
          <button type="button" class="button button-quiet" onClick={() => void ask(false)}>
            {en.home.callStop}
          </button>
        </>
      )}
      <Phone me={me} />
    </section>
  );
}

function Warnings({ state }: { state: State }) {
  const { me, lost, online, checkedAt } = state;
  const wrong = me && checkedAt && clockIsWrong(me.server_time, Date.parse(checkedAt));
  return (
    <>
      {lost && (
        <Note kind="warn">
          <p>{sentence("sign-in-needed")}</p>
          <a class="button" href={paths.enrol}>
            {en.enrol.label}
          </a>
        </Note>
      )}
      {!lost && !online && (
        <Note kind="info">
          <p>
            <Icon name="cloudOff" /> {state.away ? en.home.away : en.home.offline}{" "}
            {checkedAt && en.home.asOf(clockTime(checkedAt))}
          </p>
        </Note>
      )}
      {state.forgetful && <Note kind="info">{en.home.forgetful}</Note>}
      {wrong && online && <Note kind="warn">{en.home.clockWrong}</Note>}
      {me && isTooOld(__BUILD__, me.min_app_build) && (
        <Note kind="warn">
          <p>{en.update.needed}</p>
          <button type="button" class="button button-quiet" onClick={() => void updateNow()}>
            {en.update.button}
          </button>
        </Note>
      )}
    </>
  );
}

export function HomeScreen() {
  const state = useAppState();
  const { me } = state;
  if (!me) return null;
  const today = todayOf(me, state.checkedAt, now());
  const list = todo(me, finished(state), today, state.begun);
  return (
    <Page title={en.home.title} brand>
      <p class="lead">{headline(me, list, today, state.begun)}</p>
      <Warnings state={state} />
      <Unsent state={state} />
      {list.map((one) => (
        <Task key={one.occasion.timepoint} one={one} today={today} here={state.begun} />
      ))}
      {!me.exempt && <Dates me={me} state={state} today={today} />}
      <CallMe me={me} />
      <p>
        <a class="more" href={paths.more}>
          <Icon name="gear" /> {en.home.more}
        </a>
      </p>
      <p class="study">{me.study_name}</p>
    </Page>
  );
}
