/** The first screen: a code, a tap. A code in the address is filled in, never sent by itself. */
import { useEffect, useState } from "preact/hooks";
import { api } from "../api/participant.ts";
import { isCode, normalCode, shownCode } from "../core/code.ts";
import { release } from "../device/outbox.ts";
import { en, sentence } from "../strings/en.ts";
import { Note, useFocusOn, useTitle } from "./layout.tsx";
import { deviceLabel, platform } from "./platform.ts";
import { go, paths } from "./router.ts";
import { getState } from "./state.ts";
import { orElse, syncNow, takeMe } from "./sync.ts";

/** The code of an enrolment link: what follows "#", which browsers do not send anywhere. */
export function codeInAddress(pathname: string, hash: string): string {
  const isLink = pathname.replace(/\/$/, "") === "/enrol" && !hash.startsWith("#/");
  return isLink ? shownCode(decodeURIComponent(hash.slice(1))) : "";
}

async function signIn(code: string): Promise<string | null> {
  const result = await api.signIn(normalCode(code), deviceLabel(platform()));
  if (!result.ok) return sentence(result.slug);
  await takeMe(result.data);
  await orElse(release(), undefined);
  // The used code leaves the address; so does the page it stood on.
  history.replaceState(null, "", "/");
  go(paths.home, { replace: true });
  void syncNow();
  return null;
}

export function EnrolScreen() {
  const [fromLink] = useState(() => codeInAddress(location.pathname, location.hash));
  const [code, setCode] = useState(fromLink);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const heading = useFocusOn<HTMLHeadingElement>("enrol");
  useTitle(en.enrol.title, error !== null);
  const again = getState().lost && getState().me !== null;

  useEffect(() => {
    if (error) document.getElementById("code")?.focus();
  }, [error]);

  const submit = async (): Promise<void> => {
    if (!isCode(code)) return setError(en.enrol.notACode);
    setBusy(true);
    setError(null);
    const failed = await signIn(code);
    setBusy(false);
    setError(failed);
  };

  return (
    <form
      class="page"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <main class="main enrol">
        <img class="mark-image" src="/icons/icon.svg" alt="" width="64" height="64" />
        <h1 tabIndex={-1} ref={heading}>
          {en.enrol.title}
        </h1>
        {again && <Note kind="warn">{en.enrol.again}</Note>}
        {platform().inApp && <Note kind="warn">{en.enrol.inApp}</Note>}
        <p class="lead">{fromLink ? en.enrol.leadLink : en.enrol.lead}</p>
        <label class="label" for="code">
          {en.enrol.label}
        </label>
        <p class="hint" id="code-hint">
          {en.enrol.hint}
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
          autoComplete="one-time-code"
          autoCapitalize="characters"
          spellcheck={false}
          maxLength={12}
          aria-describedby={error ? "code-error code-hint" : "code-hint"}
          aria-invalid={error !== null}
          value={code}
          onInput={(event) => setCode(event.currentTarget.value)}
          onBlur={() => setCode(isCode(code) ? shownCode(code) : code)}
        />
      </main>
      <footer class="foot">
        <button type="submit" class="button" disabled={busy}>
          {busy ? en.enrol.working : en.enrol.button}
        </button>
      </footer>
    </form>
  );
}
