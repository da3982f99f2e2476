/** Staff remind somebody of what is open now; where it must not go out, the server's reason is shown. */
import { useState } from "preact/hooks";
import { studyPath, write } from "../api/client";
import type { ParticipantView } from "../api/types";
import { prose } from "../format";
import { sentenceFor } from "../parts/problem";
import { asProblem } from "../parts/resource";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { useStudy } from "../study";

interface Verdict {
  readonly sent: boolean;
  readonly reason: string;
  readonly why: string;
}

interface RemindNowProps {
  readonly person: ParticipantView;
  readonly timepoint: string;
  readonly title: string;
  /** A reminder is on its way, so what is shown of the person is no longer all. */
  readonly onSent?: () => void;
}

export function RemindNow({ person, timepoint, title, onSent }: RemindNowProps) {
  const study = useStudy();
  const { staff } = useSession();
  const [said, setSaid] = useState("");
  const [running, setRunning] = useState(false);
  if (!mayWrite(staff) || person.exempt_since) return null;

  async function send(): Promise<void> {
    if (running) return;
    setRunning(true);
    try {
      const path = studyPath(study.key, "participants", person.code, "reminders");
      const verdict = await write<Verdict>("POST", path, { timepoint });
      setSaid(prose(verdict.why));
      if (verdict.sent) onSent?.();
    } catch (error) {
      setSaid(sentenceFor(asProblem(error)));
    } finally {
      setRunning(false);
    }
  }

  return (
    <p>
      <button
        type="button"
        class="link mend"
        aria-disabled={running}
        aria-label={t.acts.remind.label(title)}
        onClick={() => void send()}
      >
        {t.acts.remind.button}
      </button>{" "}
      <span role="status">{said}</span>
    </p>
  );
}
