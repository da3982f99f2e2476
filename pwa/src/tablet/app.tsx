/** Chooses the screen of the clinic's tablet, and shows what concerns all of them. */
import { useEffect, useRef } from "preact/hooks";
import { dateIn } from "../core/dates.ts";
import { now } from "../device/clock.ts";
import { QuestionScreen } from "../participant/question.tsx";
import { ReviewScreen } from "../participant/review.tsx";
import { parse, paths } from "../participant/router.ts";
import { sentence } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { DoorScreen } from "./door.tsx";
import { askHelp } from "./help.tsx";
import { ListScreen } from "./list.tsx";
import { OverScreen, ThanksScreen } from "./over.tsx";
import { words } from "./strings.ts";
import type { Place, Visit } from "./visit.ts";

interface Props {
  visit: Visit;
  /** The code that stood in the address, or "". */
  code: string;
  /** Shows a page that knows nothing. */
  fresh(): void;
}

export function App({ visit, code, fresh }: Props) {
  const { phase, place, left, lost } = visit.state;
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // The screens come from the participant app, whose links are addresses. Here they must leave
    // no trace in the browser's history, so they are followed without it.
    const follow = (event: MouseEvent): void => {
      const link = (event.target as Element).closest<HTMLAnchorElement>('a[href^="#/"]');
      if (!link) return;
      event.preventDefault();
      go(visit, link.getAttribute("href") ?? "");
    };
    const element = root.current;
    element?.addEventListener("click", follow);
    return () => element?.removeEventListener("click", follow);
  }, [visit]);
  return (
    <div ref={root}>
      {lost && (phase === "list" || phase === "form") && <NoNetwork visit={visit} />}
      {phase === "door" && <DoorScreen key={code} visit={visit} code={code} />}
      {phase === "list" && <ListScreen visit={visit} />}
      {phase === "form" && place && <FormScreen visit={visit} place={place} />}
      {phase === "thanks" && <ThanksScreen visit={visit} fresh={fresh} />}
      {phase === "over" && <OverScreen visit={visit} fresh={fresh} />}
      {left !== null && <StillThere visit={visit} left={left} />}
    </div>
  );
}

function go(visit: Visit, href: string): void {
  const route = parse(href);
  if (route.name === "question") visit.show(route.item, route.fromReview);
  else if (route.name === "review") visit.show(null);
  else visit.pause();
}

function FormScreen({ visit, place }: { visit: Visit; place: Place }) {
  const { form, item, fromReview } = place;
  const way = form.way;
  const today = dateIn(visit.state.view?.zone, now());
  const at = way.findIndex(({ question }) => question.id === item);
  const before = way[at - 1];
  const { id } = form.card;
  if (at < 0) {
    const state = { ...form.state, card: form.card, draft: { ...EMPTY, ...form.state.draft } };
    return (
      <ReviewScreen
        session={{ send: () => visit.send().then(() => null) }}
        state={state}
        way={way}
        today={today}
        asked={askHelp(visit, form)}
      />
    );
  }
  return (
    <QuestionScreen
      session={form}
      state={form.state}
      way={way}
      at={at}
      today={today}
      backTo={
        fromReview ? paths.review(id) : before ? paths.question(id, before.question.id) : paths.home
      }
      onNext={() => visit.next()}
    />
  );
}

/** What a draft on a phone has besides its answers, and one on the tablet has not. */
const EMPTY = {
  form_id: 0,
  person: "",
  response_id: "",
  questionnaire_sha: "",
  answers: {},
  skipped: [],
  at_item: null,
  saved_at: "",
  base: null,
};

function NoNetwork({ visit }: { visit: Visit }) {
  const form = visit.state.place?.form;
  const text = form?.refused
    ? sentence(form.refused)
    : form?.confirmed
      ? words.network.sending
      : words.network.lost;
  return (
    <p class="network" role="status">
      <Icon name="cloudOff" /> <span>{text}</span>
    </p>
  );
}

/** On top of everything, so that nobody else reads the question behind it. */
function StillThere({ visit, left }: { visit: Visit; left: number }) {
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    box.current?.showModal();
  }, []);
  // Spoken once, not every second.
  const shown = visit.holds ? words.still.unsafe(left) : words.still.body(left);
  return (
    <dialog
      class="still"
      ref={box}
      aria-labelledby="still-title"
      onCancel={(event) => {
        event.preventDefault();
        void visit.stay();
      }}
    >
      <h2 id="still-title">{words.still.title}</h2>
      <p>{shown}</p>
      <button type="button" class="button" onClick={() => void visit.stay()}>
        {words.still.button}
      </button>
    </dialog>
  );
}
