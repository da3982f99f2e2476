/** Ways in besides a code of the study team, and the calendar; shown below the settings. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { Access } from "../api/types.ts";
import { clockTime } from "../core/dates.ts";
import { now } from "../device/clock.ts";
import { en, sentence } from "../strings/en.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { makePasskey } from "./passkey.ts";
import { passkeysWork } from "./passkey-here.ts";

const words = en.access;

interface CardProps {
  icon: IconName;
  title: string;
  lead: string;
  error: string | null;
  children: ComponentChildren;
}

export function Card({ icon, title, lead, error, children }: CardProps) {
  return (
    <section class="card">
      <h2>
        <Icon name={icon} /> {title}
      </h2>
      <p>{lead}</p>
      {error && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {children}
    </section>
  );
}

export function Quiet({ text, onClick }: { text: string; onClick: () => Promise<void> }) {
  const [busy, setBusy] = useState(false);
  return (
    <button
      type="button"
      class="button button-quiet"
      disabled={busy}
      onClick={() => {
        setBusy(true);
        void onClick().finally(() => setBusy(false));
      }}
    >
      {text}
    </button>
  );
}

/** A code that this phone makes for another one, or for the app beside this browser. */
interface OtherPhoneProps {
  title?: string;
  lead?: string;
}

export function OtherPhone({ title = words.otherTitle, lead = words.other }: OtherPhoneProps) {
  const [made, setMade] = useState<{ code: string; expires_at: string } | null>(null);
  const [error, setError] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const result = await api.transferCode();
    setError(result.ok ? null : sentence(result.slug));
    if (result.ok) setMade(result.data);
  };
  return (
    <Card icon="phoneOut" title={title} lead={lead} error={error}>
      {made && (
        <div class="receipt" role="status">
          <p class="receipt-code">{made.code}</p>
          <p class="hint">{words.otherUntil(clockTime(made.expires_at))}</p>
        </div>
      )}
      <Quiet text={made ? words.otherAgain : words.otherButton} onClick={make} />
    </Card>
  );
}

interface PartProps {
  access: Access;
  onChange: (access: Access) => void;
}

function Passkey({ access, onChange }: PartProps) {
  const [error, setError] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const result = await makePasskey();
    setError(result.ok ? null : sentence(result.slug));
    if (result.ok) onChange(result.data);
  };
  const remove = async (): Promise<void> => {
    const result = await api.removePasskeys();
    setError(result.ok ? null : sentence(result.slug));
    if (result.ok) onChange({ ...access, passkeys: 0 });
  };
  const has = access.passkeys > 0;
  return (
    <Card icon="key" title={words.passkeyTitle} lead={words.passkey} error={error}>
      {has && <p class="good">{words.passkeyOn}</p>}
      <Quiet text={has ? words.passkeyOff : words.passkeyButton} onClick={has ? remove : make} />
    </Card>
  );
}

function Calendar({ access, onChange }: PartProps) {
  const [url, setUrl] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const make = async (): Promise<void> => {
    const result = await api.makeCalendar();
    setError(result.ok ? null : sentence(result.slug));
    if (!result.ok) return;
    setUrl(result.data.url);
    onChange({ ...access, calendar_since: now().toISOString() });
  };
  const end = async (): Promise<void> => {
    const result = await api.endCalendar();
    setError(result.ok ? null : sentence(result.slug));
    if (!result.ok) return;
    setUrl(null);
    onChange({ ...access, calendar_since: null });
  };
  return (
    <Card icon="calendar" title={words.calendarTitle} lead={words.calendar} error={error}>
      {url ? (
        <>
          <a class="button" href={url.replace(/^https?:/, "webcal:")}>
            {words.calendarOpen}
          </a>
          <a class="button button-quiet" href={url} download="sayso.ics">
            {words.calendarOnce}
          </a>
          <p class="hint">{words.calendarSecret}</p>
        </>
      ) : (
        <Quiet
          text={access.calendar_since ? words.calendarNew : words.calendarButton}
          onClick={make}
        />
      )}
      {access.calendar_since && <Quiet text={words.calendarEnd} onClick={end} />}
    </Card>
  );
}

/** All of it; what the server knows is asked for when it is shown. */
export function AccessCards({ exempt }: { exempt: boolean }) {
  const [access, setAccess] = useState<Access | null>(null);
  const [error, setError] = useState<string | null>(null);
  useEffect(() => {
    void api.access().then((result) => {
      if (result.ok) setAccess(result.data);
      else setError(sentence(result.slug));
    });
  }, []);
  if (error) return <p class="hint">{error}</p>;
  if (!access) return null;
  return (
    <>
      {!exempt && <Calendar access={access} onChange={setAccess} />}
      {!exempt && <OtherPhone />}
      {passkeysWork() && <Passkey access={access} onChange={setAccess} />}
    </>
  );
}
