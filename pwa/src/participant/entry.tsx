/** A screen that asks for one thing to type, and nothing else: a code, or a number. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { en } from "../strings/en.ts";
import { useFocusOn, useTitle } from "./layout.tsx";
import { orElse } from "./sync.ts";

/** Runs what a tap starts, one at a time; it answers the sentence that says why not, or null. */
export function useAct() {
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
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
  return { error, busy, run };
}

interface FieldProps {
  label: string;
  hint: string;
  /** Digits only: the phone shows its keys for numbers. */
  digits?: boolean;
  /** Not to be read by somebody beside her. */
  secret?: boolean;
  error: string | null;
  value: string;
  onInput: (value: string) => void;
  onBlur?: () => void;
}

export function Field(props: FieldProps) {
  const { label, hint, digits = false, secret = false, error, value, onInput, onBlur } = props;
  const common = {
    class: "field field-code",
    id: "code",
    inputMode: digits ? "numeric" : "text",
    // Also keeps browsers from offering to remember it, which would open the lock to anybody.
    autoComplete: "one-time-code",
    autoCapitalize: "characters",
    spellcheck: false,
    maxLength: 12,
    "aria-describedby": error ? "code-error code-hint" : "code-hint",
    "aria-invalid": error !== null,
    value,
    onInput: (event: { currentTarget: HTMLInputElement }): void =>
      onInput(event.currentTarget.value),
    onBlur,
  } as const;
  return (
    <>
      <label class="label" for="code">
        {label}
      </label>
      <p class="hint" id="code-hint">
        {hint}
      </p>
      {error && (
        <p class="error" id="code-error" role="alert">
          {error}
        </p>
      )}
      {secret ? <input type="password" {...common} /> : <input type="text" {...common} />}
    </>
  );
}

interface EntryProps {
  title: string;
  isWrong: boolean;
  button: string;
  busy: boolean;
  onSubmit: () => void;
  children: ComponentChildren;
  /** What stands above and below it: a way back, another way on. */
  top?: ComponentChildren;
  foot?: ComponentChildren;
}

export function Entry({ title, isWrong, button, busy, onSubmit, children, top, foot }: EntryProps) {
  const heading = useFocusOn<HTMLHeadingElement>(title);
  useTitle(title, isWrong);
  return (
    <form
      class="page"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) onSubmit();
      }}
    >
      {top}
      <main class="main enrol">
        <img class="mark-image" src="/icons/icon.svg" alt="" width="64" height="64" />
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {children}
      </main>
      <footer class="foot">
        <button type="submit" class="button" disabled={busy}>
          {busy ? en.enrol.working : button}
        </button>
        {foot}
      </footer>
    </form>
  );
}
