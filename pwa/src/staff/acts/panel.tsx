/**
 * One act on screen: its form, sent with the record's version. When somebody
 * else changed the record meanwhile, the newer record is fetched, the entry
 * stays, and the sentence says so.
 */
import { useEffect, useId, useRef } from "preact/hooks";
import { Problem, read, studyPath, write } from "../api/client";
import type { Enrolment, ParticipantView } from "../api/types";
import { Form, type Values } from "../parts/form";
import { useStudy } from "../study";
import type { Act } from "./base";

export interface ActDone {
  readonly person: ParticipantView | null;
  readonly enrolment: Enrolment | null;
  readonly text: string;
}

interface ActPanelProps {
  readonly act: Act;
  readonly person: ParticipantView;
  readonly onDone: (done: ActDone) => void;
  readonly onCancel?: (() => void) | undefined;
  readonly onNewer: (person: ParticipantView) => void;
}

export function ActPanel({ act, person, onDone, onCancel, onNewer }: ActPanelProps) {
  const study = useStudy();
  const heading = useId();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>("input, select, textarea, button")?.focus();
  }, [act.name]);

  async function submit(values: Values): Promise<void> {
    try {
      onDone({ ...(await sendAll(act, values, person.etag)), text: act.done });
    } catch (error) {
      if (error instanceof Problem && error.slug === "changed-meanwhile")
        onNewer(await read<ParticipantView>(studyPath(study.key, "participants", person.code)));
      throw error;
    }
  }

  return (
    <section class="act" aria-labelledby={heading} ref={panel}>
      <h2 id={heading}>{act.title}</h2>
      {act.intro ? <p class="intro">{act.intro}</p> : null}
      <Form
        sections={[{ title: null, fields: act.fields }]}
        submit={act.submit}
        onSubmit={submit}
        onCancel={onCancel}
        compact
      />
    </section>
  );
}

/** One request after the other, each carrying the version that the one before answered with. */
async function sendAll(
  act: Act,
  values: Values,
  etag: string | null,
): Promise<{ person: ParticipantView | null; enrolment: Enrolment | null }> {
  let version = etag;
  let person: ParticipantView | null = null;
  let enrolment: Enrolment | null = null;
  for (const sending of act.sendings(values)) {
    const answer = await write<unknown>("POST", sending.path, sending.body, { etag: version });
    if (isEnrolment(answer)) enrolment = answer;
    else if (isPerson(answer)) {
      person = answer;
      version = answer.etag;
    }
  }
  return { person, enrolment };
}

function isEnrolment(answer: unknown): answer is Enrolment {
  return typeof answer === "object" && answer !== null && "qr_svg" in answer;
}

function isPerson(answer: unknown): answer is ParticipantView {
  return typeof answer === "object" && answer !== null && "forms" in answer && "code" in answer;
}
