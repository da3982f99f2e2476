/** What there is to answer, one after another, and the way out. */
import { useState } from "preact/hooks";
import { useFocusOn, useTitle } from "../participant/layout.tsx";
import { Icon } from "../ui/icons.tsx";
import type { OpenForm } from "./api.ts";
import { words } from "./strings.ts";
import type { Visit } from "./visit.ts";

const t = words.list;

export function ListScreen({ visit }: { visit: Visit }) {
  const { view, sent } = visit.state;
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);
  const [asking, setAsking] = useState(false);
  const heading = useFocusOn<HTMLHeadingElement>(sent.length);
  useTitle(t.title, failed);
  if (!view) return null;
  const next = view.forms[0];
  const minutes = view.forms.reduce((sum, form) => sum + form.minutes, 0);
  const lead = sent.length > 0 ? t.left(view.forms.length) : t.todo(view.forms.length, minutes);
  const open = async (form: OpenForm): Promise<void> => {
    setBusy(true);
    setFailed(!(await visit.open(form.id)));
    setBusy(false);
  };
  return (
    <div class="page">
      <main class="main">
        <h1 tabIndex={-1} ref={heading}>
          {t.title}
        </h1>
        <p class="lead">{next ? lead : t.nothing}</p>
        <ul class="papers">
          {sent.map((one) => (
            <li class="paper paper-sent" key={one.form}>
              <span class="paper-mark">
                <Icon name="tick" />
              </span>
              <span class="paper-title" translate={false}>
                {one.title}
              </span>
              <span class="hint">{t.sent}</span>
            </li>
          ))}
          {view.forms.map((form, index) => (
            <li class={form === next ? "paper paper-next" : "paper"} key={form.id}>
              <span class="paper-mark" aria-hidden="true">
                {sent.length + index + 1}
              </span>
              <span class="paper-title" translate={false}>
                {form.title}
              </span>
              <span class="hint">{visit.isBegun(form) ? t.begun : t.minutes(form.minutes)}</span>
            </li>
          ))}
        </ul>
        {failed && (
          <p class="error" role="alert">
            {t.notNow}
          </p>
        )}
        <p class="hint">
          {t.team(view.label)} {t.stays}
        </p>
      </main>
      <footer class="foot">
        {next && !asking && (
          <button type="button" class="button" disabled={busy} onClick={() => void open(next)}>
            {visit.isBegun(next) ? t.goOn : sent.length > 0 ? t.next(next.title) : t.start}
          </button>
        )}
        <Stop visit={visit} asking={asking} ask={setAsking} />
      </footer>
    </div>
  );
}

interface StopProps {
  visit: Visit;
  asking: boolean;
  ask(asking: boolean): void;
}

function Stop({ visit, asking, ask }: StopProps) {
  if (!asking)
    return (
      <button type="button" class="button button-plain" onClick={() => ask(true)}>
        {t.stop}
      </button>
    );
  return (
    <section class="card" aria-labelledby="stop-title">
      <h2 id="stop-title">{t.stopAsk}</h2>
      <p>{visit.holds ? t.stopUnsafe : t.stopSafe}</p>
      <div class="buttons">
        <button type="button" class="button" onClick={() => ask(false)}>
          {t.stopNo}
        </button>
        <button type="button" class="button button-quiet" onClick={() => void visit.giveBack()}>
          {t.stopYes}
        </button>
      </div>
    </section>
  );
}
