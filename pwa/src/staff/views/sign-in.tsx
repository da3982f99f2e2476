/** Signing in: as the first page, and again on top of a page whose session has ended. */
import { useEffect, useRef, useState } from "preact/hooks";
import { read, write } from "../api/client";
import type { Staff } from "../api/types";
import { type FieldSpec, Form, type Values } from "../parts/form";
import { t } from "../strings";

const fields: readonly FieldSpec[] = [
  { name: "email", label: t.signIn.email, kind: "email", required: true, autocomplete: "username" },
  {
    name: "password",
    label: t.signIn.password,
    kind: "password",
    required: true,
    autocomplete: "current-password",
  },
];

export function signIn(values: Values): Promise<Staff> {
  return write<Staff>("POST", "/api/staff/session", {
    email: (values.email ?? "").trim(),
    password: values.password ?? "",
  });
}

export function whoAmI(): Promise<Staff> {
  return read<Staff>("/api/staff/session");
}

interface SignInProps {
  readonly onSignedIn: (staff: Staff) => void;
  readonly note?: string | undefined;
}

export function SignIn({ onSignedIn, note }: SignInProps) {
  useEffect(() => {
    document.title = `${t.signIn.title} · ${t.productConsole}`;
  }, []);
  return (
    <main class="door" id="main">
      <p class="wordmark">{t.product}</p>
      <h1>{t.signIn.title}</h1>
      <p class="lead">{note ?? t.signIn.lead}</p>
      <Form
        sections={[{ title: null, fields }]}
        submit={t.signIn.submit}
        busy={t.signIn.busy}
        onSubmit={async (values) => onSignedIn(await signIn(values))}
      />
    </main>
  );
}

interface SignInAgainProps {
  readonly onSignedIn: (staff: Staff) => void;
  readonly onSomebodyElse: () => void;
}

/** A modal dialog, so that the page behind keeps every field as it was typed. */
export function SignInAgain({ onSignedIn, onSomebodyElse }: SignInAgainProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [opened, setOpened] = useState(false);
  useEffect(() => {
    if (!opened) {
      dialog.current?.showModal();
      setOpened(true);
    }
  }, [opened]);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="sign-in-again"
      onCancel={(event) => event.preventDefault()}
    >
      <h2 id="sign-in-again">{t.signIn.againTitle}</h2>
      <p>{t.signIn.againLead}</p>
      <Form
        sections={[{ title: null, fields }]}
        submit={t.signIn.submit}
        busy={t.signIn.busy}
        onSubmit={async (values) => onSignedIn(await signIn(values))}
      />
      <p>
        <button type="button" class="link" onClick={onSomebodyElse}>
          {t.signIn.somebodyElse}
        </button>
      </p>
    </dialog>
  );
}
