/** The field for the code. It says nothing about anybody. */
import { useEffect, useState } from "preact/hooks";
import { isCode, shownCode } from "../core/code.ts";
import { now } from "../device/clock.ts";
import { Note, useFocusOn, useTitle } from "../participant/layout.tsx";
import { en, sentence } from "../strings/en.ts";
import { words } from "./strings.ts";
import type { Visit } from "./visit.ts";

/** Seconds that are left of a wait, counted down. */
function useWait(): [number, (seconds: number) => void] {
  const [until, setUntil] = useState(0);
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const look = (): void => setLeft(Math.max(0, Math.ceil((until - now().getTime()) / 1000)));
    look();
    const timer = setInterval(look, 250);
    return () => clearInterval(timer);
  }, [until]);
  return [left, (seconds) => setUntil(now().getTime() + seconds * 1000)];
}

const said = (slug: string): string => (slug === "not-a-code" ? en.enrol.notACode : sentence(slug));

export function DoorScreen({ visit, code }: { visit: Visit; code: string }) {
  const [typed, setTyped] = useState(code);
  const [slug, setSlug] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [wait, startWait] = useWait();
  const heading = useFocusOn<HTMLHeadingElement>("door");
  const error = wait > 0 ? words.door.wait(wait) : slug === "slow-down" ? null : slug && said(slug);
  useTitle(words.door.title, error !== null);
  useEffect(() => {
    if (slug) document.getElementById("code")?.focus();
  }, [slug]);

  const enter = async (): Promise<void> => {
    if (busy || wait > 0) return;
    setBusy(true);
    setSlug(null);
    const refusal = await visit.enter(typed);
    setBusy(false);
    if (!refusal) return;
    setSlug(refusal.slug);
    if (refusal.wait) startWait(refusal.wait);
  };

  return (
    <form
      class="page door"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void enter();
      }}
    >
      <main class="main enrol">
        <img class="mark-image" src="/icons/icon.svg" alt="" width="96" height="96" />
        <h1 tabIndex={-1} ref={heading}>
          {words.door.title}
        </h1>
        {visit.state.keeps && <Note kind="warn">{words.over.kept}</Note>}
        <p class="lead">{code ? words.door.leadLink : words.door.lead}</p>
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
          autoComplete="off"
          autoCapitalize="characters"
          spellcheck={false}
          maxLength={12}
          aria-describedby={error ? "code-error code-hint" : "code-hint"}
          aria-invalid={error !== null}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onBlur={() => isCode(typed) && setTyped(shownCode(typed))}
        />
        <button type="submit" class="button" disabled={busy || wait > 0}>
          {busy ? en.enrol.working : en.enrol.button}
        </button>
      </main>
    </form>
  );
}
