/**
 * Handing the clinic's tablet over: a code that works once and for ten minutes, for another tablet
 * or for this very screen, and what becomes of it, looked at again until it is over.
 */
import { useEffect, useState } from "preact/hooks";
import { clockTime } from "../../core/dates";
import { Problem, read, studyPath, write } from "../api/client";
import type { TabletCode, TabletHandover, TabletHandovers } from "../api/entries";
import type { ParticipantView } from "../api/types";
import { now } from "../clock";
import { leaveTo } from "../leave";
import { Qr } from "../parts/bits";
import { Form } from "../parts/form";
import { sentenceFor } from "../parts/problem";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.tablet;
const EVERY_MS = 2500;
const OVER: ReadonlySet<string> = new Set(["finished", "given_back", "expired", "ended"]);

interface Props {
  readonly person: ParticipantView;
  /** The hand-over is over; what has arrived stands in the record now. */
  readonly onOver: () => void;
}

export function TabletPanel({ person, onOver }: Props) {
  const study = useStudy();
  const [code, setCode] = useState<TabletCode | null>(null);
  const path = studyPath(study.key, "participants", person.code, "handovers");
  return (
    <section class="act" aria-label={words.title(person.code)}>
      <h2>{words.title(person.code)}</h2>
      {code ? (
        <Handed
          key={code.id}
          code={code}
          path={path}
          onOver={onOver}
          onAgain={() => setCode(null)}
        />
      ) : (
        <>
          <p class="intro">{words.intro}</p>
          <Form
            compact
            sections={[]}
            submit={words.show}
            onSubmit={async () => setCode(await write<TabletCode>("POST", path))}
          />
        </>
      )}
    </section>
  );
}

interface HandedProps {
  readonly code: TabletCode;
  readonly path: string;
  readonly onOver: () => void;
  readonly onAgain: () => void;
}

function Handed({ code, path, onOver, onAgain }: HandedProps) {
  const [row, left, look] = useRow(code, path);
  const state = row?.state ?? "waiting";
  const over = OVER.has(state);
  useEffect(() => {
    if (over && row && row.arrived.length > 0) onOver();
  }, [over]);
  return (
    <div class="handover tablet">
      {state === "waiting" ? <Qr svg={code.qr_svg} label={words.qrLabel} /> : null}
      <div>
        {state === "waiting" ? <Waiting code={code} left={left} /> : null}
        <Lights row={row} state={state} />
        <div class="buttons">
          {over ? (
            <button type="button" onClick={onAgain}>
              {words.again}
            </button>
          ) : (
            <button
              type="button"
              onClick={() => void write("POST", `${path}/${code.id}/end`).then(look, look)}
            >
              {words.end}
            </button>
          )}
        </div>
      </div>
    </div>
  );
}

function Waiting({ code, left }: { readonly code: TabletCode; readonly left: number }) {
  const [address] = code.url.split("#");
  const [trouble, setTrouble] = useState<Problem | null>(null);
  async function here(): Promise<void> {
    try {
      await leaveTo(code.url);
    } catch (error) {
      if (error instanceof Problem) setTrouble(error);
      else throw error;
    }
  }
  return (
    <>
      <p class="enrolment-code" translate={false}>
        <span class="visually-hidden">{words.codeLabel}: </span>
        {code.code}
      </p>
      <p>
        {words.scan} <span class="code">{address}</span>
      </p>
      <p class="quiet">{words.left(left)}</p>
      <p>
        <button type="button" class="primary" onClick={() => void here()}>
          {words.here}
        </button>
      </p>
      <p class="quiet">{words.hereHint}</p>
      {trouble ? <p role="alert">{sentenceFor(trouble)}</p> : null}
    </>
  );
}

function Lights({ row, state }: { readonly row: TabletHandover | null; readonly state: string }) {
  const going = state === "waiting" || state === "active";
  return (
    <ul class="lights" aria-live="polite">
      {row?.taken_at ? <li class="on">{words.taken(clockTime(row.taken_at))}</li> : null}
      {(row?.arrived ?? []).map((one) => (
        <li class="on" key={one.code}>
          {words.sent(clockTime(one.received_at), one.code)}
        </li>
      ))}
      <li class={going ? "waiting" : "on"}>
        {words.states[state] ?? state} {row?.over_at ? words.over(clockTime(row.over_at)) : ""}
      </li>
    </ul>
  );
}

/** What the server says of this hand-over, the minutes the code still works, and a look at once. */
function useRow(code: TabletCode, path: string): [TabletHandover | null, number, () => void] {
  const [row, setRow] = useState<TabletHandover | null>(null);
  const [looks, setLooks] = useState(0);
  const over = row !== null && OVER.has(row.state);
  useEffect(() => {
    if (over) return;
    const abort = new AbortController();
    const look = () => {
      read<TabletHandovers>(path, abort.signal).then(
        ({ rows }) => setRow(rows.find((one) => one.id === code.id) ?? null),
        () => {
          // A look that failed is made again at the next turn; the code is good all the same.
        },
      );
    };
    look();
    const timer = setInterval(look, EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [code.id, path, over, looks]);
  const left = Math.ceil((Date.parse(code.expires_at) - now().getTime()) / 60_000);
  return [row, Math.max(0, left), () => setLooks(looks + 1)];
}
