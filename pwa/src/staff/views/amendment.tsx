/** The versions of a study, and an amendment: planned, looked at, and only then applied. */
import { useId, useRef, useState } from "preact/hooks";
import { Problem, studyPath, write } from "../api/client";
import { studyToday } from "../clock";
import { day, moment } from "../format";
import { Badge, Said } from "../parts/bits";
import { Loaded } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href } from "../router";
import { useSession } from "../session";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.paper.amendment;
const LARGEST_FILE = 500_000;

interface Version {
  readonly version: string;
  readonly sha256: string;
  readonly effective_on: string | null;
  readonly published_at: string;
  readonly current: boolean;
  readonly in_effect: boolean;
}

interface Counts {
  readonly adds: number;
  readonly moves: number;
  readonly closes: number;
  readonly renews: number;
}

export interface Plan extends Counts {
  readonly version: string;
  readonly effective_on: string;
  readonly sentence: string;
  readonly by_timepoint: readonly (Counts & {
    readonly timepoint: string;
    readonly label: string;
  })[];
  readonly by_participant: readonly (Counts & {
    readonly participant: string;
    readonly site: string;
    readonly kept: number;
  })[];
  readonly digest: string;
}

export function Amendments() {
  const study = useStudy();
  const { staff } = useSession();
  const versions = useResource<{ readonly versions: readonly Version[] }>(
    studyPath(study.key, "versions"),
  );
  return (
    <section class="amendments">
      <h2>{words.title}</h2>
      <Loaded from={versions}>{(data) => <Versions versions={data.versions} />}</Loaded>
      {staff.role === "administrator" ? (
        <Amend onApplied={versions.reload} />
      ) : (
        <p class="quiet">{words.onlyAdministrators}</p>
      )}
    </section>
  );
}

function Versions({ versions }: { readonly versions: readonly Version[] }) {
  return (
    <Table
      caption={words.caption}
      rows={versions}
      rowKey={(row) => row.sha256}
      columns={[
        {
          key: "version",
          head: words.version,
          rowHead: true,
          cell: (row) => (
            <>
              {row.version} {row.current ? <Badge tone="good">{words.current}</Badge> : null}{" "}
              {row.in_effect ? null : <Badge tone="warn">{words.notYet}</Badge>}
            </>
          ),
        },
        {
          key: "effective",
          head: words.effective,
          short: true,
          cell: (row) => (row.effective_on ? day(row.effective_on) : words.beginning),
        },
        {
          key: "published",
          head: words.published,
          short: true,
          cell: (row) => moment(row.published_at),
        },
        {
          key: "sha",
          head: words.fingerprint,
          cell: (row) => <span class="code">{row.sha256.slice(0, 12)}</span>,
        },
      ]}
    />
  );
}

interface Chosen {
  readonly document: string;
  readonly plan: Plan;
  /** The plan had changed when it was to be applied, and this is the newer one. */
  readonly newer: boolean;
}

function Amend({ onApplied }: { readonly onApplied: () => void }) {
  const study = useStudy();
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [running, setRunning] = useState(false);
  const ask = (document: string, effective_on: string | null) =>
    write<Plan>("POST", studyPath(study.key, "amendments", "plan"), { document, effective_on });

  async function carry(work: () => Promise<void>): Promise<void> {
    if (running) return;
    setRunning(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setRunning(false);
    }
  }
  const plan = (document: string, on: string) =>
    carry(async () => {
      setSaid("");
      setChosen({ document, plan: await ask(document, on || null), newer: false });
    });
  const apply = ({ document, plan: seen }: Chosen) =>
    carry(async () => {
      const body = { document, effective_on: seen.effective_on, digest: seen.digest };
      try {
        await write("POST", studyPath(study.key, "amendments"), body);
      } catch (error) {
        if (!(error instanceof Problem) || error.slug !== "plan-changed") throw error;
        setChosen({ document, plan: await ask(document, seen.effective_on), newer: true });
        return;
      }
      setChosen(null);
      setSaid(words.applied(seen.version));
      onApplied();
    });

  return (
    <div class="amend">
      <h3>{words.planTitle}</h3>
      <p class="quiet">{words.planLead}</p>
      <Said text={said} />
      {problem && problem.slug !== "sign-in-needed" ? <Refused problem={problem} /> : null}
      {chosen ? (
        <PlanPage
          chosen={chosen}
          running={running}
          onApply={() => void apply(chosen)}
          onDiscard={() => setChosen(null)}
        />
      ) : (
        <FileForm running={running} onPlan={(document, on) => void plan(document, on)} />
      )}
    </div>
  );
}

/** Everything that is wrong with a file at once, as the server names it. */
function Refused({ problem }: { readonly problem: Problem }) {
  const faults = Object.values(problem.errors).flat();
  return (
    <div class="problem" role="alert">
      <p>{faults.length > 0 ? words.wrong : sentenceFor(problem)}</p>
      <ul>
        {faults.map((fault) => (
          <li key={fault}>{fault}</li>
        ))}
      </ul>
    </div>
  );
}

interface FileFormProps {
  readonly running: boolean;
  readonly onPlan: (document: string, effectiveOn: string) => void;
}

function FileForm({ running, onPlan }: FileFormProps) {
  const study = useStudy();
  const id = useId();
  const file = useRef<HTMLInputElement>(null);
  const [on, setOn] = useState(studyToday(study.today));
  const [wrong, setWrong] = useState("");
  async function submit(event: Event): Promise<void> {
    event.preventDefault();
    const picked = file.current?.files?.[0];
    setWrong(picked ? (picked.size > LARGEST_FILE ? words.tooLarge : "") : words.noFile);
    if (picked && picked.size <= LARGEST_FILE) onPlan(await picked.text(), on);
  }
  return (
    <form class="form compact" noValidate onSubmit={(event) => void submit(event)}>
      <div class="fields">
        <div class={wrong ? "field wrong" : "field"}>
          <label for={`${id}-file`}>{words.file}</label>
          {wrong ? (
            <p class="field-error" role="alert">
              {wrong}
            </p>
          ) : null}
          <input id={`${id}-file`} ref={file} type="file" accept=".toml" />
        </div>
        <div class="field">
          <label for={`${id}-on`}>{words.effectiveOn}</label>
          <p class="hint">{words.effectiveHint}</p>
          <input
            id={`${id}-on`}
            type="date"
            value={on}
            onInput={(event) => setOn(event.currentTarget.value)}
          />
        </div>
      </div>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={running}>
          {running ? words.planning : words.plan}
        </button>
      </div>
    </form>
  );
}

interface PlanPageProps {
  readonly chosen: Chosen;
  readonly running: boolean;
  readonly onApply: () => void;
  readonly onDiscard: () => void;
}

function PlanPage({ chosen, running, onApply, onDiscard }: PlanPageProps) {
  const study = useStudy();
  const { plan } = chosen;
  const touched = plan.by_participant.filter(
    (row) => row.adds + row.moves + row.closes + row.renews > 0,
  );
  return (
    <section aria-label={words.planned(plan.version)}>
      <h3>{words.planned(plan.version)}</h3>
      {chosen.newer ? (
        <p class="problem" role="alert">
          {words.changed}
        </p>
      ) : null}
      <p class="plan-sentence">{sentence(plan.sentence)}</p>
      <Table
        caption={words.byTimepoint}
        rows={plan.by_timepoint}
        rowKey={(row) => row.timepoint}
        columns={[
          {
            key: "label",
            head: t.study.timepoint,
            rowHead: true,
            cell: (row) => row.label,
          },
          ...countColumns<Plan["by_timepoint"][number]>(),
        ]}
      />
      <Table
        caption={words.byParticipant(touched.length)}
        rows={touched}
        rowKey={(row) => row.participant}
        columns={[
          {
            key: "who",
            head: t.today.who,
            rowHead: true,
            sort: (row) => row.participant,
            cell: (row) => (
              <a class="code" href={href([study.key, "participants", row.participant])}>
                {row.participant}
              </a>
            ),
          },
          { key: "site", head: t.site, sort: (row) => row.site, cell: (row) => row.site },
          ...countColumns<Plan["by_participant"][number]>(),
          { key: "kept", head: words.kept, numeric: true, cell: (row) => row.kept },
        ]}
      />
      <div class="buttons">
        <button type="button" class="primary" aria-disabled={running} onClick={onApply}>
          {running ? words.applying : words.apply(plan.version)}
        </button>
        <button type="button" onClick={onDiscard}>
          {words.discard}
        </button>
      </div>
    </section>
  );
}

/** The server's line as a sentence. */
function sentence(line: string): string {
  const text = line.charAt(0).toUpperCase() + line.slice(1);
  return /[.!]$/.test(text) ? text : `${text}.`;
}

function countColumns<R extends Counts>(): Column<R>[] {
  return (["adds", "moves", "closes", "renews"] as const).map((key) => ({
    key,
    head: words[key],
    numeric: true,
    sort: (row) => row[key],
    cell: (row) => row[key],
  }));
}
