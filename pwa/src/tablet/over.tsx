/** The last pages: the receipts, or why it has ended. Nobody's name, nobody's answers. */
import { useEffect } from "preact/hooks";
import { Note, Page } from "../participant/layout.tsx";
import { Icon } from "../ui/icons.tsx";
import { words } from "./strings.ts";
import type { Visit } from "./visit.ts";

/** So long the last page stays when nobody taps. */
const CLEAN_AFTER_MS = 120_000;

interface Props {
  visit: Visit;
  fresh(): void;
}

function useCleaning(visit: Visit, fresh: () => void): void {
  useEffect(() => {
    if (visit.holds) return;
    const timer = setTimeout(fresh, CLEAN_AFTER_MS);
    return () => clearTimeout(timer);
  }, [visit, fresh]);
}

export function ThanksScreen({ visit, fresh }: Props) {
  useCleaning(visit, fresh);
  const { sent } = visit.state;
  return (
    <Page title={words.thanks.title}>
      <p class="lead lead-mark">
        <Icon name="tick" /> <span>{words.thanks.lead}</span>
      </p>
      <p class="give-back">{words.over.back}</p>
      <div class="receipt">
        <p>{words.thanks.receipts(sent.length)}</p>
        <ul class="receipts">
          {sent.map(({ form, code }) => (
            <li class="receipt-code" key={form} translate={false}>
              {code}
            </li>
          ))}
        </ul>
        <p class="hint">{words.thanks.hint}</p>
      </div>
      <button type="button" class="button button-quiet" onClick={fresh}>
        {words.thanks.done}
      </button>
    </Page>
  );
}

export function OverScreen({ visit, fresh }: Props) {
  useCleaning(visit, fresh);
  const { ending, keeps } = visit.state;
  const how = ending ?? "ended";
  return (
    <Page title={words.over.titles[how]}>
      <p class="lead">{words.over.why[how]}</p>
      {keeps ? <Note kind="warn">{words.over.kept}</Note> : <p>{words.over.safe}</p>}
      <p class="give-back">{words.over.back}</p>
      <button
        type="button"
        class="button button-quiet"
        onClick={() => (keeps ? visit.toDoor() : fresh())}
      >
        {words.over.code}
      </button>
    </Page>
  );
}
