/** Adopt a site's licensed file: choose it, look at the match, record the licence, confirm. */
import { useId, useState } from "preact/hooks";
import { type Problem, studyPath, write } from "../api/client";
import type { Adoption, Instruments, Match } from "../api/instruments";
import { Badge, Said, type Tone } from "../parts/bits";
import { Form } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";
import { licenceFields, licenceOf } from "./instrument-licence";

const words = t.instruments.adopting;
/** As in the server's limit: larger files are no questionnaires. */
const LARGEST_FILE = 1_400_000;

interface Chosen {
  readonly pack: string;
  readonly file_name: string;
  readonly content: string;
}

export function AdoptView({ pack }: { readonly pack: string }) {
  const study = useStudy();
  const page = useResource<Instruments>(studyPath(study.key, "instruments"));
  const [shown, setShown] = useState<{ file: Chosen; match: Adoption } | null>(null);
  const [done, setDone] = useState(false);
  return (
    <Page title={words.title} lead={words.lead}>
      <p>
        <a href={href([study.key, "instruments"])}>{t.instruments.back}</a>
      </p>
      <Said text={done ? words.done : ""} />
      {done ? null : (
        <Loaded from={page}>
          {(data) => (
            <>
              <FileForm
                packs={data.packs.map((one) => one.name)}
                pack={pack}
                onMatched={(file, match) => setShown({ file, match })}
              />
              {shown ? (
                <Matched
                  key={shown.match.file_sha256 + shown.match.pack}
                  file={shown.file}
                  first={shown.match}
                  onDone={() => setDone(true)}
                />
              ) : null}
            </>
          )}
        </Loaded>
      )}
    </Page>
  );
}

interface FileFormProps {
  readonly packs: readonly string[];
  readonly pack: string;
  readonly onMatched: (file: Chosen, match: Adoption) => void;
}

function FileForm({ packs, pack, onMatched }: FileFormProps) {
  const study = useStudy();
  const id = useId();
  const [name, setName] = useState(packs.includes(pack) ? pack : "");
  const [file, setFile] = useState<File | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  async function match(): Promise<void> {
    const fault = faultOf(file, name);
    setWrong(fault);
    if (fault || !file || busy) return;
    setBusy(true);
    try {
      const chosen = { pack: name, file_name: file.name, content: await base64(file) };
      onMatched(chosen, await matchOf(study.key, chosen, {}));
    } catch (error) {
      setWrong(sentenceFor(asProblem(error)));
    } finally {
      setBusy(false);
    }
  }
  return (
    <form
      class="form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void match();
      }}
    >
      {wrong ? (
        <p class="problem" role="alert">
          {wrong}
        </p>
      ) : null}
      <div class="fields">
        <div class="field">
          <label for={`${id}-pack`}>{t.instruments.pack}</label>
          <select
            id={`${id}-pack`}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          >
            <option value="">{t.choose}</option>
            {packs.map((one) => (
              <option key={one} value={one}>
                {one}
              </option>
            ))}
          </select>
        </div>
        <div class="field">
          <label for={`${id}-file`}>{words.file}</label>
          <p class="hint" id={`${id}-hint`}>
            {words.fileHint}
          </p>
          <input
            id={`${id}-file`}
            type="file"
            accept=".json,.csv,.zip,.xlsx"
            aria-describedby={`${id}-hint`}
            onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)}
          />
        </div>
      </div>
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={busy}>
          {busy ? words.matching : words.match}
        </button>
      </div>
    </form>
  );
}

/** Why a file is not even sent; empty when it may be. */
export function faultOf(file: File | null, pack: string): string {
  if (pack === "") return t.problems.chooseOne(t.instruments.pack);
  if (file === null) return words.noFile;
  if (file.size === 0) return words.empty;
  return file.size > LARGEST_FILE ? words.tooLarge : "";
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  return btoa(text);
}

type Partners = Readonly<Record<string, string>>;

function matchOf(key: string, file: Chosen, chosen: Partners): Promise<Adoption> {
  return write<Adoption>("POST", studyPath(key, "instruments", "match"), { ...file, chosen });
}

interface MatchedProps {
  readonly file: Chosen;
  readonly first: Adoption;
  readonly onDone: () => void;
}

function Matched({ file, first, onDone }: MatchedProps) {
  const study = useStudy();
  const [match, setMatch] = useState(first);
  const [chosen, setChosen] = useState<Partners>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  async function pair(item: string, source: string): Promise<void> {
    const { [item]: _before, ...others } = chosen;
    const next = source === "" ? others : { ...others, [item]: source };
    setChosen(next);
    setProblem(null);
    try {
      setMatch(await matchOf(study.key, file, next));
    } catch (error) {
      setProblem(asProblem(error));
    }
  }
  const fits = match.problems.length === 0;
  return (
    <section aria-label={words.caption}>
      {problem ? (
        <p class="problem" role="alert">
          {sentenceFor(problem)}
        </p>
      ) : null}
      <Verdict match={match} />
      <Pairs match={match} onPair={(item, source) => void pair(item, source)} />
      <Remarks match={match} />
      {fits ? (
        <>
          <h2>{words.licenceTitle}</h2>
          <Form
            sections={[{ title: null, fields: licenceFields(study.today) }]}
            submit={words.confirm}
            busy={words.confirming}
            onSubmit={async (values) => {
              await write<Instruments>("POST", studyPath(study.key, "instruments"), {
                ...file,
                chosen,
                file_sha256: match.file_sha256,
                licence: licenceOf(values),
              });
              onDone();
            }}
          />
        </>
      ) : null}
    </section>
  );
}

function Verdict({ match }: { readonly match: Adoption }) {
  if (match.problems.length === 0)
    return (
      <p role="status" class="fits">
        {words.fits(match.matches.length, match.worked_examples)}
      </p>
    );
  return (
    <div class="problem" role="alert">
      <h2>{words.doesNot}</h2>
      <ul>
        {match.problems.slice(0, 20).map((problem) => (
          <li key={problem}>{problem}</li>
        ))}
      </ul>
    </div>
  );
}

interface Pair {
  readonly item: string;
  readonly match: Match | null;
}

const TONES: Readonly<Record<string, Tone>> = { certain: "good", likely: "plain", look: "warn" };

function Pairs({
  match,
  onPair,
}: {
  readonly match: Adoption;
  readonly onPair: (item: string, source: string) => void;
}) {
  const rows: Pair[] = [
    ...match.matches.map((one) => ({ item: one.item, match: one })),
    ...match.unmatched.map((item) => ({ item, match: null })),
  ];
  if (match.offered.length === 0) return null;
  const columns: Column<Pair>[] = [
    { key: "item", head: words.packItem, rowHead: true, cell: (row) => row.item },
    {
      key: "source",
      head: words.fileItem,
      cell: (row) => (
        <select
          aria-label={words.choose(row.item)}
          value={row.match?.source ?? ""}
          onChange={(event) => onPair(row.item, event.currentTarget.value)}
        >
          <option value="">{words.nothing}</option>
          {match.offered.map((one) => (
            <option key={one.id} value={one.id}>
              {one.id}
            </option>
          ))}
        </select>
      ),
    },
    { key: "words", head: words.words, wide: true, cell: (row) => row.match?.text ?? t.none },
    {
      key: "answers",
      head: words.answers,
      wide: true,
      cell: (row) =>
        row.match?.codes.map((one) => `${one.text || one.code} = ${one.becomes}`).join("; ") ||
        t.none,
    },
    {
      key: "sure",
      head: words.sure,
      cell: (row) =>
        row.match ? (
          <>
            <Badge tone={TONES[row.match.confidence] ?? "plain"}>
              {words.confidence[row.match.confidence]}
            </Badge>
            <span class="under">{words.how(row.match.how, row.match.codes_by)}</span>
          </>
        ) : (
          t.none
        ),
    },
  ];
  return <Table caption={words.caption} columns={columns} rows={rows} rowKey={(row) => row.item} />;
}

function Remarks({ match }: { readonly match: Adoption }) {
  const lists = [
    { title: words.changed(match.changed.length), rows: match.changed },
    { title: words.refused(match.refused.length), rows: match.refused },
  ];
  return (
    <>
      {match.extra.length > 0 ? <p>{words.extra(match.extra.join(", "))}</p> : null}
      {lists
        .filter((list) => list.rows.length > 0)
        .map((list) => (
          <details key={list.title}>
            <summary>{list.title}</summary>
            <ul>
              {list.rows.map((row) => (
                <li key={`${row.place} ${row.what}`}>
                  <strong>{row.place}</strong> {row.what}
                </li>
              ))}
            </ul>
          </details>
        ))}
    </>
  );
}
