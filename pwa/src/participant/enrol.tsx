/** The first screen: a code, a tap. A code in the address is filled in, never sent by itself. */
import { useEffect, useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { Me } from "../api/types.ts";
import { isCode, isLinkCode, normalCode, pinOf, shownCode } from "../core/code.ts";
import { release } from "../device/outbox.ts";
import { en, sentence } from "../strings/en.ts";
import { aside } from "./later.tsx";
import { Note, useFocusOn, useTitle } from "./layout.tsx";
import { passkeysWork } from "./passkey-here.ts";
import { deviceLabel, platform } from "./platform.ts";
import { go, paths } from "./router.ts";
import { getState } from "./state.ts";
import { orElse, syncAfresh, takeMe } from "./sync.ts";

/** The code of an enrolment link: what follows "#", which browsers do not send anywhere. */
export function codeInAddress(pathname: string, hash: string): string {
  const isLink = pathname.replace(/\/$/, "") === "/enrol" && !hash.startsWith("#/");
  const code = isLink ? decodeURIComponent(hash.slice(1)) : "";
  return isLinkCode(code) ? normalCode(code) : shownCode(code);
}

async function comeIn(me: Me): Promise<void> {
  await takeMe(me);
  await orElse(release(), undefined);
  // The used code leaves the address; so does the page it stood on.
  history.replaceState(null, "", "/");
  go(paths.home, { replace: true });
  // A round from before the code still says that this phone is signed out.
  void syncAfresh();
}

/** Signs in; answers the sentence that says why not, or null. */
async function signIn(code: string, pin: string | null): Promise<string | null> {
  const result = await api.signIn(normalCode(code), deviceLabel(platform()), pin);
  if (!result.ok) return sentence(result.slug);
  await comeIn(result.data);
  return null;
}

async function signInWithPasskey(): Promise<string | null> {
  const result = await (await aside()).usePasskey();
  if (!result.ok) return sentence(result.slug);
  await comeIn(result.data);
  return null;
}

interface FieldProps {
  /** Whether six numbers are wanted, for a link; else a code. */
  pin: boolean;
  error: string | null;
  value: string;
  onInput: (value: string) => void;
}

function Field({ pin, error, value, onInput }: FieldProps) {
  return (
    <>
      <label class="label" for="code">
        {pin ? en.enrol.pin : en.enrol.label}
      </label>
      <p class="hint" id="code-hint">
        {pin ? en.enrol.pinHint : en.enrol.hint}
      </p>
      {error && (
        <p class="error" id="code-error" role="alert">
          {error}
        </p>
      )}
      <input
        class="field field-code"
        id="code"
        type="text"
        inputMode={pin ? "numeric" : "text"}
        autoComplete="one-time-code"
        autoCapitalize="characters"
        spellcheck={false}
        maxLength={12}
        aria-describedby={error ? "code-error code-hint" : "code-hint"}
        aria-invalid={error !== null}
        value={value}
        onInput={(event) => onInput(event.currentTarget.value)}
        onBlur={() => !pin && isCode(value) && onInput(shownCode(value))}
      />
    </>
  );
}

export function EnrolScreen() {
  const [fromLink] = useState(() => codeInAddress(location.pathname, location.hash));
  const pin = isLinkCode(fromLink);
  const [typed, setTyped] = useState(pin ? "" : fromLink);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useFocusOn<HTMLHeadingElement>("enrol");
  useTitle(en.enrol.title, error !== null);
  const again = getState().lost && getState().me !== null;

  useEffect(() => {
    if (error) document.getElementById("code")?.focus();
  }, [error]);

  const run = async (work: Promise<string | null>): Promise<void> => {
    setBusy(true);
    setError(null);
    const failed = await orElse(work, en.unknown);
    setBusy(false);
    setError(failed);
  };
  const submit = (): void => {
    if (pin && !pinOf(typed)) setError(en.enrol.notAPin);
    else if (!pin && !isCode(typed)) setError(en.enrol.notACode);
    else void run(pin ? signIn(fromLink, pinOf(typed)) : signIn(typed, null));
  };
  const link = fromLink ? en.enrol.leadLink : en.enrol.lead;

  return (
    <form
      class="page"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <main class="main enrol">
        <img class="mark-image" src="/icons/icon.svg" alt="" width="64" height="64" />
        <h1 tabIndex={-1} ref={heading}>
          {en.enrol.title}
        </h1>
        {again && <Note kind="warn">{en.enrol.again}</Note>}
        {platform().inApp && <Note kind="warn">{en.enrol.inApp}</Note>}
        <p class="lead">{pin ? en.enrol.leadPin : link}</p>
        <Field pin={pin} error={error} value={typed} onInput={setTyped} />
      </main>
      <footer class="foot">
        <button type="submit" class="button" disabled={busy}>
          {busy ? en.enrol.working : en.enrol.button}
        </button>
        {!fromLink && passkeysWork() && (
          <button
            type="button"
            class="button button-plain"
            disabled={busy}
            onClick={() => void run(signInWithPasskey())}
          >
            {en.enrol.passkey}
          </button>
        )}
      </footer>
    </form>
  );
}
