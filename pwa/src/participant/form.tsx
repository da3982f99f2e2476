/** Holds one questionnaire open while the person walks through it. */
import { useLayoutEffect, useMemo, useState } from "preact/hooks";
import { firstOpen, resumeAt, steps } from "../core/steps.ts";
import { en, sentence } from "../strings/en.ts";
import { FormSession, type FormState } from "./form-session.ts";
import { Page } from "./layout.tsx";
import { QuestionScreen } from "./question.tsx";
import { ReviewScreen } from "./review.tsx";
import { go, paths, type Route } from "./router.ts";

/** Opens a form and follows its state; closed again when the person leaves it. */
function useFormSession(form: number): [FormSession, FormState, (steal: boolean) => void] {
  const [state, setState] = useState<FormState | null>(null);
  const [attempt, setAttempt] = useState({ count: 0, steal: false });
  const session = useMemo(() => new FormSession(form, setState), [form, attempt.count]);
  useLayoutEffect(() => {
    void session.open(attempt.steal);
    document.addEventListener("visibilitychange", session.keep);
    return () => {
      document.removeEventListener("visibilitychange", session.keep);
      session.keep();
      session.close();
    };
  }, [session]);
  const again = (steal: boolean): void => setAttempt({ count: attempt.count + 1, steal });
  return [session, state ?? session.state, again];
}

type FormRoute = Extract<Route, { name: "question" | "review" }>;

function NotReady({ state, again }: { state: FormState; again: (steal: boolean) => void }) {
  if (state.phase === "elsewhere") {
    return (
      <Page title={en.form.elsewhereTitle} back>
        <p>{en.form.elsewhere}</p>
        <button type="button" class="button" onClick={() => again(true)}>
          {en.form.useHere}
        </button>
      </Page>
    );
  }
  if (state.phase === "opening" || state.phase === "ready")
    return <p class="opening">{en.form.loading}</p>;
  const finished = state.phase === "finished";
  const offline = state.slug === "offline" || state.slug === "server-away";
  const text = finished
    ? en.form.doneElsewhere
    : offline
      ? en.form.gone
      : sentence(state.slug ?? "");
  return (
    <Page title={state.card?.title ?? en.home.title} back>
      <p>{text}</p>
      <a class="button" href={paths.home}>
        {en.done.home}
      </a>
    </Page>
  );
}

export function FormScreen({ route }: { route: FormRoute }) {
  const [session, state, again] = useFormSession(route.form);
  const { draft, questionnaire, phase } = state;
  const wanted = route.name === "question" ? route.item : null;
  const way = useMemo(
    () => (questionnaire && draft ? steps(questionnaire, draft.answers, draft.skipped) : []),
    [questionnaire, draft],
  );
  const at = way.findIndex(({ question }) => question.id === wanted);
  const missing = phase === "ready" && route.name === "question" && at < 0;

  // Before the screen is drawn: a slow phone should not draw one that says nothing yet.
  useLayoutEffect(() => {
    if (!missing || !draft) return;
    // No question in the address, or one that is not shown any more: go on where it makes sense.
    const begun = draft.at_item !== null && firstOpen(way, draft.answers, draft.skipped) === null;
    const item = resumeAt(way, wanted === null ? draft.at_item : null);
    go(begun || !item ? paths.review(route.form) : paths.question(route.form, item), {
      replace: true,
    });
  }, [missing, draft, way, wanted, route.form]);

  if (phase !== "ready" || missing) return <NotReady state={state} again={again} />;
  if (route.name === "review") return <ReviewScreen session={session} state={state} way={way} />;
  const fromReview = route.fromReview;

  const next = (): void => {
    const { answers = {}, skipped = [] } = session.state.draft ?? {};
    const now = questionnaire ? steps(questionnaire, answers, skipped) : way;
    const place = now.findIndex(({ question }) => question.id === wanted);
    const open = firstOpen(now, answers, skipped);
    const following = now[place + 1]?.question.id;
    if (fromReview) {
      go(open ? paths.question(route.form, open, true) : paths.review(route.form));
    } else {
      go(following ? paths.question(route.form, following) : paths.review(route.form));
    }
  };
  const before = way[at - 1];
  const backTo = fromReview
    ? paths.review(route.form)
    : before
      ? paths.question(route.form, before.question.id)
      : paths.home;
  return (
    <QuestionScreen
      session={session}
      state={state}
      way={way}
      at={at}
      backTo={backTo}
      onNext={next}
    />
  );
}
