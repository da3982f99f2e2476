/** Accepting an invitation: the token came in the part of the link that is never sent to a server. */
import { useEffect } from "preact/hooks";
import { write } from "../api/client";
import { type FieldSpec, Form, type Values } from "../parts/form";
import { t } from "../strings";

const MIN_LENGTH = 15;

export const invitationFields: readonly FieldSpec[] = [
  { name: "name", label: t.invitation.name, kind: "text", required: true, autocomplete: "name" },
  {
    name: "password",
    label: t.invitation.password,
    kind: "password",
    required: true,
    autocomplete: "new-password",
    check: (value) => (value.length < MIN_LENGTH ? t.invitation.short : null),
  },
  {
    name: "repeat",
    label: t.invitation.repeat,
    kind: "password",
    required: true,
    autocomplete: "new-password",
    check: (_, values) => (values.repeat === values.password ? null : t.invitation.differ),
  },
];

interface InvitationProps {
  readonly token: string;
  readonly onAccepted: () => void;
}

export function Invitation({ token, onAccepted }: InvitationProps) {
  useEffect(() => {
    document.title = `${t.invitation.title} · ${t.productConsole}`;
  }, []);
  async function accept(values: Values): Promise<void> {
    await write("POST", "/api/staff/invitations/accept", {
      token,
      name: (values.name ?? "").trim(),
      password: values.password ?? "",
    });
    onAccepted();
  }
  return (
    <main class="door" id="main">
      <p class="wordmark">{t.product}</p>
      <h1>{t.invitation.title}</h1>
      {token === "" ? (
        <p role="alert">{t.invitation.noToken}</p>
      ) : (
        <>
          <p class="lead">{t.invitation.lead}</p>
          <Form
            sections={[{ title: null, fields: invitationFields }]}
            submit={t.invitation.submit}
            onSubmit={accept}
          />
        </>
      )}
    </main>
  );
}
