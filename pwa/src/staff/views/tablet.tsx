/**
 * Handing the clinic tablet over: a code that works once and for ten minutes,
 * to open on this very tablet or on another one, and what becomes of it.
 */
import { useEffect, useState } from "preact/hooks";
import { read, studyPath, write } from "../api/client";
import type { TabletCode, TabletHandovers } from "../api/entries";
import type { ParticipantView } from "../api/types";
import { ownZone } from "../clock";
import { moment } from "../format";
import { Qr } from "../parts/bits";
import { Form } from "../parts/form";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.entry.tablet;
const EVERY_MS = 3000;
const OVER: ReadonlySet<string> = new Set(["finished", "expired", "ended"]);

export function TabletHandover({ person }: { readonly person: ParticipantView }) {
  const study = useStudy();
  const [code, setCode] = useState<TabletCode | null>(null);
  const path = studyPath(study.key, "participants", person.code, "handovers");
  if (code) return <Handed code={code} path={path} />;
  return (
    <section class="act" aria-label={words.title(person.code)}>
      <h2>{words.title(person.code)}</h2>
      <p class="intro">{words.intro}</p>
      <Form
        compact
        sections={[]}
        submit={words.button}
        onSubmit={async () => setCode(await write<TabletCode>("POST", path))}
      />
    </section>
  );
}

interface HandedProps {
  readonly code: TabletCode;
  readonly path: string;
}

function Handed({ code, path }: HandedProps) {
  const row = useRow(code, path);
  const state = row?.state ?? "waiting";
  const [ended, setEnded] = useState(false);
  const shown = ended ? "ended" : state;
  return (
    <section class="handover" aria-label={words.codeLabel}>
      <Qr svg={code.qr_svg} label={words.qrLabel(code.code)} />
      <div>
        <p>
          <a class="button primary" href={code.url}>
            {words.here}
          </a>
        </p>
        <p>{words.scan}</p>
        <p class="enrolment-code" translate={false}>
          {code.code}
        </p>
        <p class="code">{code.url.split("#")[0]}</p>
        <p class="quiet">{words.until(moment(code.expires_at, ownZone()))}</p>
        <ul class="lights" aria-live="polite">
          <li class={shown === "active" || shown === "finished" ? "on" : "waiting"}>
            {words.states[shown] ?? shown}{" "}
            {row && row.forms_received > 0 ? words.received(row.forms_received) : ""}
          </li>
        </ul>
        {OVER.has(shown) ? null : (
          <button
            type="button"
            onClick={() => {
              void write("POST", `${path}/${code.id}/end`).then(() => setEnded(true));
            }}
          >
            {words.end}
          </button>
        )}
      </div>
    </section>
  );
}

/** What the server says of this hand-over, asked again until it is over. */
function useRow(code: TabletCode, path: string): TabletHandovers["rows"][number] | null {
  const [row, setRow] = useState<TabletHandovers["rows"][number] | null>(null);
  const over = row !== null && OVER.has(row.state);
  useEffect(() => {
    if (over) return;
    const abort = new AbortController();
    const timer = setInterval(() => {
      read<TabletHandovers>(path, abort.signal).then(
        ({ rows }) => setRow(rows.find((one) => one.id === code.id) ?? null),
        () => {
          // A look that failed is made again at the next turn; the code is good all the same.
        },
      );
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [code.id, path, over]);
  return row;
}
