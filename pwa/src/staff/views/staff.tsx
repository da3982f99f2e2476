/** Staff and access: every account with role, sites and last sign-in; administrators change them. */
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { Problem, write } from "../api/client";
import type { Account, Accounts, Invited } from "../api/staff";
import { ownZone } from "../clock";
import { day, moment } from "../format";
import { Badge, PrintButton, Said, type Tone } from "../parts/bits";
import { Form, type Values } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { useSession } from "../session";
import { t } from "../strings";
import { actsFor, inviteAct, lastDay, nameOf, type StaffAct } from "./staff-acts";

const words = t.staff;

export function StaffView() {
  const accounts = useResource<Accounts>("/api/staff/accounts");
  return (
    <Page title={words.title} lead={words.lead} aside={<PrintButton />}>
      <Loaded from={accounts}>{(data) => <Rows data={data} onChanged={accounts.reload} />}</Loaded>
    </Page>
  );
}

interface RowsProps {
  readonly data: Accounts;
  readonly onChanged: () => void;
}

function Rows({ data, onChanged }: RowsProps) {
  const { staff } = useSession();
  const manages = staff.role === "administrator";
  const [open, setOpen] = useState<number | "invite" | null>(null);
  const [said, setSaid] = useState("");
  const [invited, setInvited] = useState<Invited | null>(null);
  function done(text: string, made: Invited | null): void {
    document.getElementById(open === "invite" ? "invite" : `manage-${open}`)?.focus();
    setOpen(null);
    setSaid(made ? words.invite.done(made.account.email) : text);
    setInvited(made);
    onChanged();
  }
  return (
    <>
      {manages ? (
        <p>
          <button
            id="invite"
            type="button"
            class="primary"
            aria-expanded={open === "invite"}
            onClick={() => setOpen(open === "invite" ? null : "invite")}
          >
            {words.invite.button}
          </button>
        </p>
      ) : (
        <p class="quiet">{words.readOnly}</p>
      )}
      {open === "invite" ? (
        <Panel
          act={inviteAct(data.sites)}
          onDone={done}
          onCancel={() => setOpen(null)}
          onNewer={onChanged}
        />
      ) : null}
      <Said text={said} />
      {invited ? <Link key={invited.invitation.url} invited={invited} /> : null}
      <Table
        caption={words.caption(data.rows.length)}
        columns={columns(manages ? { open, setOpen } : null)}
        rows={data.rows}
        rowKey={(row) => String(row.id)}
        rowClass={(row) => (row.id === open ? "opened" : undefined)}
        empty={words.empty}
        below={(row) =>
          row.id === open ? (
            <Manage
              account={row}
              sites={data.sites}
              onDone={done}
              onCancel={() => setOpen(null)}
              onNewer={onChanged}
            />
          ) : null
        }
      />
    </>
  );
}

/** Shown once; nothing on the server can show it again. */
function Link({ invited }: { readonly invited: Invited }) {
  const id = useId();
  const [copied, setCopied] = useState(false);
  const { url, expires_at } = invited.invitation;
  async function copy(): Promise<void> {
    await navigator.clipboard.writeText(url);
    setCopied(true);
  }
  return (
    <div class="panel invited">
      <label for={id}>{words.invite.link}</label>
      <input
        id={id}
        class="code"
        readOnly
        value={url}
        onFocus={(event) => event.currentTarget.select()}
      />
      <button type="button" onClick={() => void copy()}>
        {words.invite.copy}
      </button>{" "}
      <span role="status">{copied ? words.invite.copied : ""}</span>
      <p class="quiet">{words.invite.worksUntil(moment(expires_at, ownZone()))}</p>
    </div>
  );
}

interface DoneProps {
  readonly onDone: (text: string, made: Invited | null) => void;
  readonly onCancel: () => void;
  readonly onNewer: () => void;
}

interface ManageProps extends DoneProps {
  readonly account: Account;
  readonly sites: Accounts["sites"];
}

function Manage({ account, sites, onDone, onCancel, onNewer }: ManageProps) {
  const [stale, setStale] = useState(false);
  const acts = actsFor(account, sites);
  const [chosen, setChosen] = useState<string | null>(
    acts.length === 1 ? (acts[0]?.key ?? null) : null,
  );
  const act = acts.find((one) => one.key === chosen);
  return (
    <div class="in-place-plain">
      {stale ? (
        <p class="problem" role="alert">
          {words.changed}
        </p>
      ) : null}
      <ul class="act-list">
        {acts.map((one) => (
          <li key={one.key}>
            <button
              type="button"
              aria-expanded={one.key === chosen}
              onClick={() => setChosen(one.key === chosen ? null : one.key)}
            >
              {one.button}
            </button>
          </li>
        ))}
      </ul>
      {act ? (
        // A newer state gives the fields their new values: nothing old is kept to be saved over it.
        <Panel
          key={`${act.key} ${account.etag}`}
          act={act}
          etag={account.etag}
          onDone={onDone}
          onCancel={onCancel}
          onNewer={() => {
            setStale(true);
            onNewer();
          }}
        />
      ) : null}
    </div>
  );
}

interface PanelProps extends DoneProps {
  readonly act: StaffAct;
  readonly etag?: string;
}

function Panel({ act, etag, onDone, onCancel, onNewer }: PanelProps) {
  const heading = useId();
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    panel.current?.querySelector<HTMLElement>("input, select, button")?.focus();
  }, []);
  async function submit(values: Values): Promise<void> {
    try {
      const answer = await write<unknown>(act.method, act.path, act.body(values), { etag });
      onDone(act.done, isInvited(answer) ? answer : null);
    } catch (error) {
      if (error instanceof Problem && error.slug === "changed-meanwhile") onNewer();
      throw error;
    }
  }
  return (
    <section class="act" aria-labelledby={heading} ref={panel}>
      <h2 id={heading}>{act.title}</h2>
      <p class="intro">{act.intro}</p>
      <Form
        sections={[{ title: null, fields: act.fields }]}
        submit={act.submit}
        onSubmit={submit}
        onCancel={onCancel}
        compact
      />
    </section>
  );
}

function isInvited(answer: unknown): answer is Invited {
  return typeof answer === "object" && answer !== null && "invitation" in answer;
}

const TONES: Readonly<Record<string, Tone>> = {
  active: "good",
  invited: "brand",
  suspended: "bad",
  ended: "warn",
};

interface Opening {
  readonly open: number | "invite" | null;
  readonly setOpen: (id: number | null) => void;
}

function columns(opening: Opening | null): Column<Account>[] {
  const found: Column<Account>[] = [
    {
      key: "name",
      head: words.name,
      rowHead: true,
      sort: (row) => nameOf(row).toLowerCase(),
      cell: (row) => (
        <>
          {nameOf(row)}
          {row.oneself ? ` (${words.you})` : ""}
          {row.name ? <span class="under">{row.email}</span> : null}
        </>
      ),
    },
    {
      key: "role",
      head: words.role,
      sort: (row) => row.role,
      cell: (row) => (
        <>
          {t.roles[row.role] ?? row.role}
          {row.access_ends_at ? (
            <span class="under">{words.until(day(lastDay(row.access_ends_at)))}</span>
          ) : null}
        </>
      ),
    },
    {
      key: "sites",
      head: words.sites,
      cell: (row) => (row.role === "administrator" ? words.allSites : row.sites.join(", ")),
    },
    {
      key: "last",
      head: words.lastSignIn,
      short: true,
      sort: (row) => row.last_sign_in_at,
      cell: (row) => (
        <>
          {row.last_sign_in_at ? moment(row.last_sign_in_at, ownZone()) : words.never}
          <span class="under">{words.sessions(row.open_sessions)}</span>
        </>
      ),
    },
    {
      key: "state",
      head: words.state,
      sort: (row) => row.state,
      cell: (row) => <State row={row} />,
    },
  ];
  if (opening)
    found.push({
      key: "act",
      head: words.act,
      cell: (row) => (
        <button
          type="button"
          id={`manage-${row.id}`}
          aria-expanded={opening.open === row.id}
          aria-label={words.manageLabel(nameOf(row))}
          onClick={() => opening.setOpen(opening.open === row.id ? null : row.id)}
        >
          {words.manage}
        </button>
      ),
    });
  return found;
}

function State({ row }: { readonly row: Account }) {
  const waits =
    row.state !== "invited"
      ? null
      : row.invited_until
        ? words.invitedUntil(moment(row.invited_until, ownZone()))
        : words.invitationOver;
  return (
    <>
      <Badge tone={TONES[row.state] ?? "plain"}>{words.states[row.state] ?? row.state}</Badge>
      {waits ? <span class="under">{waits}</span> : null}
    </>
  );
}
