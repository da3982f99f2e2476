/**
 * The code for a phone, large, with lights that turn when the phone has
 * enrolled and when a test reminder has arrived. The server is asked every two
 * seconds for as long as the code is good; nobody has to load the page again.
 */
import { useEffect, useState } from "preact/hooks";
import { read, studyPath } from "../api/client";
import type { DeviceView, Enrolment, ParticipantView } from "../api/types";
import { now } from "../clock";
import { moment } from "../format";
import { Qr } from "../parts/bits";
import { t } from "../strings";
import { useStudy } from "../study";

const EVERY_MS = 2000;

interface HandoverProps {
  readonly enrolment: Enrolment;
  readonly person: ParticipantView;
  readonly onPerson: (person: ParticipantView) => void;
}

export function Handover({ enrolment, person, onPerson }: HandoverProps) {
  const study = useStudy();
  const words = t.acts.enrolled;
  const [known] = useState(() => new Set(person.devices.map((device) => device.id)));
  const device = person.devices.find((one) => !known.has(one.id) && one.revoked_at === null);
  const proven =
    person.reachability.state.includes("proven") && person.reachability.state !== "unproven";
  const over = useWatch(
    enrolment,
    studyPath(study.key, "participants", person.code),
    onPerson,
    proven,
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
          {over ? words.over : words.until(moment(enrolment.expires_at, person.zone))}
        </p>
        <Lights device={device} proven={proven} />
      </div>
    </section>
  );
}

function Lights({
  device,
  proven,
}: {
  readonly device: DeviceView | undefined;
  readonly proven: boolean;
}) {
  const words = t.acts.enrolled;
  return (
    <ul class="lights" role="status">
      <li class={device ? "on" : "waiting"}>
        {device ? words.arrived(device.label || t.person.noLabel) : words.waiting}
      </li>
      {device ? (
        <li class={proven ? "on" : "waiting"}>{proven ? words.pushProven : words.pushWaiting}</li>
      ) : null}
    </ul>
  );
}

/** Reads the record again and again until all is proven or the code is too old; says which. */
function useWatch(
  enrolment: Enrolment,
  path: string,
  onPerson: (person: ParticipantView) => void,
  finished: boolean,
): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    if (finished) return;
    const abort = new AbortController();
    const timer = setInterval(() => {
      if (now() > new Date(enrolment.expires_at)) {
        setOver(true);
        clearInterval(timer);
        return;
      }
      read<ParticipantView>(path, abort.signal).then(onPerson, () => {
        // A look that failed is made again at the next turn; the code is good all the same.
      });
    }, EVERY_MS);
    return () => {
      clearInterval(timer);
      abort.abort();
    };
  }, [enrolment, path, onPerson, finished]);
  return over;
}
