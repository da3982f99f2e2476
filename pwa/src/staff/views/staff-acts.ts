/** What an administrator does with an account, as data: fields, and the request that is sent. */
import type { Account, Accounts } from "../api/staff";
import { today } from "../clock";
import type { FieldSpec, Option, Values } from "../parts/form";
import { t } from "../strings";

export interface StaffAct {
  readonly key: string;
  readonly button: string;
  readonly title: string;
  readonly intro: string;
  readonly fields: readonly FieldSpec[];
  readonly submit: string;
  readonly method: "POST" | "PUT";
  readonly path: string;
  readonly body: (values: Values) => Readonly<Record<string, unknown>>;
  readonly done: string;
}

const ACCOUNTS = "/api/staff/accounts";
const words = t.staff;

/** Several chosen values travel in one field, one to a line. */
export const lines = (text: string | undefined): string[] =>
  (text ?? "").split("\n").filter(Boolean);

export function nameOf(account: Account): string {
  return account.name ?? account.email;
}

function accessFields(sites: Accounts["sites"], account: Account | null): FieldSpec[] {
  const roles: Option[] = Object.entries(words.roleNames).map(([value, label]) => ({
    value,
    label,
  }));
  return [
    {
      name: "role",
      label: words.role,
      kind: "select",
      required: true,
      hint: words.roleHint,
      initial: account?.role ?? "coordinator",
      options: roles,
    },
    {
      name: "sites",
      label: words.sites,
      kind: "checks",
      options: sites.map((one) => ({ value: one.site, label: `${one.site} ${one.name}` })),
      initial: (account?.sites ?? (sites.length === 1 ? [sites[0]?.site] : [])).join("\n"),
      when: (values) => values.role !== "administrator",
      required: true,
    },
    {
      name: "until",
      label: words.last,
      kind: "date",
      hint: words.lastHint,
      required: true,
      min: today("UTC"),
      initial: account?.access_ends_at ? lastDay(account.access_ends_at) : "",
      when: (values) => values.role === "inspector",
    },
  ];
}

/** Access ends with the end of its last day. */
export function lastDay(endsAt: string): string {
  return new Date(Date.parse(endsAt) - 1).toISOString().slice(0, 10);
}

function accessBody(values: Values): Record<string, unknown> {
  return {
    role: values.role,
    sites: values.role === "administrator" ? [] : lines(values.sites),
    until: values.role === "inspector" ? values.until : null,
  };
}

export function inviteAct(sites: Accounts["sites"]): StaffAct {
  return {
    key: "invite",
    button: words.invite.button,
    title: words.invite.title,
    intro: words.invite.intro,
    fields: [
      {
        name: "email",
        label: words.invite.email,
        kind: "email",
        required: true,
        check: (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : t.acts.enrol.badEmail),
      },
      ...accessFields(sites, null),
    ],
    submit: words.invite.submit,
    method: "POST",
    path: ACCOUNTS,
    body: (values) => ({ email: (values.email ?? "").trim(), ...accessBody(values) }),
    done: "",
  };
}

export function actsFor(account: Account, sites: Accounts["sites"]): StaffAct[] {
  const path = `${ACCOUNTS}/${account.id}`;
  const who = nameOf(account);
  const simple = (key: "resume" | "signOut", tail: string): StaffAct => ({
    key,
    button: words[key].button,
    title: words[key].title(who),
    intro: words[key].intro,
    fields: [],
    submit: words[key].submit,
    method: "POST",
    path: `${path}/${tail}`,
    body: () => ({}),
    done: words[key].done(who),
  });
  const acts: StaffAct[] = [];
  if (!account.oneself)
    acts.push({
      key: "access",
      button: words.access.button,
      title: words.access.title(who),
      intro: words.access.intro,
      fields: accessFields(sites, account),
      submit: words.access.submit,
      method: "PUT",
      path,
      body: accessBody,
      done: words.access.done(who),
    });
  if (account.state === "invited") acts.push(renewAct(path, who));
  if (account.open_sessions > 0) acts.push(simple("signOut", "sign-out"));
  if (account.state === "suspended") acts.push(simple("resume", "resumption"));
  else if (!account.oneself) acts.push(suspendAct(path, who));
  return acts;
}

function renewAct(path: string, who: string): StaffAct {
  return {
    key: "renew",
    button: words.renew.button,
    title: words.renew.title(who),
    intro: words.renew.intro,
    fields: [],
    submit: words.renew.submit,
    method: "POST",
    path: `${path}/invitation`,
    body: () => ({}),
    done: "",
  };
}

function suspendAct(path: string, who: string): StaffAct {
  return {
    key: "suspend",
    button: words.suspend.button,
    title: words.suspend.title(who),
    intro: words.suspend.intro,
    fields: [{ name: "reason", label: words.suspend.why, kind: "text", required: true }],
    submit: words.suspend.submit,
    method: "POST",
    path: `${path}/suspension`,
    body: (values) => ({ reason: (values.reason ?? "").trim() }),
    done: words.suspend.done(who),
  };
}
