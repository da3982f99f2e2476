/**
 * The code for a phone, large, with lights that turn when the phone has
 * enrolled and when a test reminder has arrived. The server is asked every two
 * seconds, so nobody has to load the page again.
 */
import { useEffect, useId, useState } from "preact/hooks";
import { read, studyPath } from "../api/client";
import type { DeviceView, Enrolment, ParticipantView, Phones } from "../api/types";
import { now, ownZone } from "../clock";
import { moment } from "../format";
import { Qr } from "../parts/bits";
import { t } from "../strings";
import { useStudy } from "../study";

const EVERY_MS = 2000;

interface HandoverProps {
  readonly enrolment: Enrolment;
  readonly person: ParticipantView;
  /** Makes another code when this one is too old. */
  readonly onNewCode?: () => void;
}

export function Handover({ enrolment, person, onNewCode }: HandoverProps) {
  const study = useStudy();
  const words = t.acts.enrolled;
  const [known] = useState(() => new Set(person.devices.map((device) => device.id)));
  const path = studyPath(study.key, "participants", person.code, "phones");
  const { phones, over } = useWatch(enrolment, path);
  const device = phones?.devices.find((one) => !known.has(one.id) && one.revoked_at === null);
  const proven = device !== undefined && phones?.reachability.state === PROVEN;
  if (enrolment.kind === "remote")
    return (
      <section class="handover" aria-label={t.entry.remote.title}>
        <RemoteLink enrolment={enrolment} />
        <div>
          <Lights device={device} proven={proven} />
        </div>
      </section>
    );
  return (
    <section class="handover" aria-label={words.codeLabel}>
      <Qr svg={enrolment.qr_svg} label={words.qrLabel(enrolment.code)} />
      <div>
        <p>{words.scan}</p>
        <p class="enrolment-code" translate={false}>
          {enrolment.code}
        </p>
        <p>
          {words.link}: <span class="code">{enrolment.url}</span>
        </p>
        <p class="quiet">
          {over && !device ? words.over : words.until(moment(enrolment.expires_at, ownZone()))}{" "}
          {over && !device && onNewCode ? (
            <button type="button" onClick={onNewCode}>
              {words.newCode}
            </button>
          ) : null}
        </p>
        <Lights device={device} proven={proven} />
      </div>
    </section>
  );
}

/** The link goes by mail or message, the PIN by voice: whoever finds one of them has nothing. */
function RemoteLink({ enrolment }: { readonly enrolment: Enrolment }) {
  const words = t.entry.remote;
  const id = useId();
  const [copied, setCopied] = useState(false);
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(enrolment.url);
    setCopied(true);
  }
  return (
    <div class="remote">
      <div class="field">
        <label for={id}>{words.link}</label>
        <input
          id={id}
          class="code"
          readOnly
          value={enrolment.url}
          onFocus={(event) => event.currentTarget.select()}
        />
      </div>
      <p>
        <button type="button" onClick={() => void copy()}>
          {words.copy}
        </button>{" "}
        <span role="status">{copied ? words.copied : ""}</span>
      </p>
      <p class="quiet">{words.until(moment(enrolment.expires_at, ownZone()))}</p>
      {enrolment.pin ? (
        <>
          <p>{words.pin}</p>
          <p class="pin">{enrolment.pin}</p>
          <p class="quiet">{words.pinHint}</p>
        </>
      ) : null}
    </div>
  );
}

const PROVEN = "push_proven";

interface LightsProps {
  readonly device: DeviceView | undefined;
  readonly proven: boolean;
}

function Lights({ device, proven }: LightsProps) {
  const words = t.acts.enrolled;
  return (
    <ul class="lights" aria-live="polite">
      <li class={device ? "on" : "waiting"}>
        {device ? words.arrived(device.label || t.person.noLabel) : words.waiting}
      </li>
      {device ? (
        <li class={proven ? "on" : "waiting"}>{proven ? words.pushProven : words.pushWaiting}</li>
      ) : null}
    </ul>
  );
}

interface Watched {
  readonly phones: Phones | null;
  /** The code is too old and no phone has used it. */
  readonly over: boolean;
}

/** Looks again and again until a reminder is proven, for as long as the page stays open. */
function useWatch(enrolment: Enrolment, path: string): Watched {
  const [phones, setPhones] = useState<Phones | null>(null);
  const [over, setOver] = useState(false);
  const finished = phones?.reachability.state === PROVEN;
  useEffect(() => {
    if (finished) return;
    const abort = new AbortController();
    const timer = setInterval(() => {
      setOver(now() > new Date(enrolment.expires_at));
      read<Phones>(path, abort.signal).then(setPhones, () => {
        // A look that failed is made again at the next turn; the code is good all the same.
      });
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [enrolment, path, finished]);
  return { phones, over };
}
