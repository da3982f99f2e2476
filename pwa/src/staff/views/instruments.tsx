/** The study's instruments: what is asked, what waits, licences, packs; previews and adopting. */
import { useState } from "preact/hooks";
import { studyPath, write } from "../api/client";
import type { Adopted, InstrumentLine, Instruments, Licence, Pack } from "../api/instruments";
import { Badge, PrintButton, Said } from "../parts/bits";
import { Form } from "../parts/form";
import { Loaded, Page } from "../parts/page";
import { useResource } from "../parts/resource";
import { type Column, Table } from "../parts/table";
import { href, type Route } from "../router";
import { mayWrite, useSession } from "../session";
import { t } from "../strings";
import { useStudy } from "../study";
import { AdoptView } from "./instrument-adopt";
import { licenceFields, licenceOf } from "./instrument-licence";
import { PreviewView } from "./instrument-preview";

const words = t.instruments;

/** Which of the pages below "instruments" an address means. */
export function InstrumentsPlace({ route }: { readonly route: Route }) {
  const [, , what] = route.segments;
  if (what === "adopt") return <AdoptView pack={route.query.pack ?? ""} />;
  if (what) return <PreviewView key={what} sha={what} />;
  return <InstrumentsView />;
}

interface TakeBack {
  readonly path: string;
  readonly what: string;
}

export function InstrumentsView() {
  const study = useStudy();
  const { staff } = useSession();
  const page = useResource<Instruments>(studyPath(study.key, "instruments"));
  const [said, setSaid] = useState("");
  const [taking, setTaking] = useState<TakeBack | null>(null);
  const take = mayWrite(staff) ? setTaking : null;
  return (
    <Page title={words.title} lead={words.lead} aside={<PrintButton />}>
      <Said text={said} />
      {taking ? (
        <TakeBackForm
          key={taking.path}
          what={taking}
          onCancel={() => setTaking(null)}
          onDone={(next) => {
            page.put(next);
            setSaid(words.takenBack(taking.what));
            setTaking(null);
          }}
        />
      ) : null}
      <Loaded from={page}>
        {(data) => (
          <div class="instruments">
            {data.warnings.map((warning) => (
              <p class="problem" key={warning}>
                {warning}
              </p>
            ))}
            <Asked page={data} />
            <Waiting rows={data.adopted.filter((one) => !one.pinned)} onTakeBack={take} />
            <Licences rows={data.licences} onTakeBack={take} />
            {take ? (
              <NewLicence
                page={data}
                onDone={(next) => {
                  page.put(next);
                  setSaid(words.recorded);
                }}
              />
            ) : null}
            <Packs rows={data.packs} />
          </div>
        )}
      </Loaded>
    </Page>
  );
}

function lineColumns<Row extends InstrumentLine>(key: string): Column<Row>[] {
  return [
    {
      key: "title",
      head: words.name,
      rowHead: true,
      sort: (row) => row.title,
      cell: (row) => (
        <>
          <a href={href([key, "instruments", row.sha256])} aria-label={words.previewOf(row.title)}>
            {row.title}
          </a>
          <span class="under">
            {row.instrument} {row.version}, {row.sha256.slice(0, 12)}
          </span>
        </>
      ),
    },
    {
      key: "status",
      head: words.status,
      cell: (row) => (
        <Badge tone={row.status === "demonstration" ? "plain" : "brand"}>
          {words.statuses[row.status] ?? row.status}
        </Badge>
      ),
    },
    { key: "licence", head: words.licence, wide: true, cell: (row) => <LicenceCell row={row} /> },
    {
      key: "language",
      head: words.language,
      short: true,
      extra: true,
      cell: (row) => row.language,
    },
    { key: "items", head: words.items, numeric: true, cell: (row) => row.items },
    {
      key: "minutes",
      head: words.minutes,
      numeric: true,
      extra: true,
      cell: (row) => row.minutes ?? t.none,
    },
    {
      key: "scores",
      head: words.scores,
      wide: true,
      cell: (row) => row.scores.map((score) => score.id).join(", ") || t.none,
    },
  ];
}

function LicenceCell({ row }: { readonly row: InstrumentLine }) {
  if (row.status === "demonstration") return <span class="quiet">{words.noneNeeded}</span>;
  return (
    <>
      {row.licence ? (
        <>
          {row.licence.owner}, {row.licence.reference}
          <span class="under">{ends(row.licence)}</span>
        </>
      ) : (
        words.noLicence
      )}
      {row.faults.map((fault) => (
        <span class="under fault" key={fault}>
          {fault}
        </span>
      ))}
    </>
  );
}

const ends = (licence: Licence): string =>
  licence.expires === null ? words.noEnd : words.until(licence.expires);

function Asked({ page }: { readonly page: Instruments }) {
  const study = useStudy();
  return (
    <Table
      caption={words.pinned(page.study_version)}
      columns={lineColumns(study.key)}
      rows={page.pinned}
      rowKey={(row) => row.sha256}
    />
  );
}

type OnTakeBack = ((what: TakeBack) => void) | null;

function Waiting({
  rows,
  onTakeBack,
}: {
  readonly rows: readonly Adopted[];
  readonly onTakeBack: OnTakeBack;
}) {
  const study = useStudy();
  const columns = lineColumns<Adopted>(study.key);
  if (onTakeBack)
    columns.push({
      key: "act",
      head: words.takeBack,
      cell: (row) => (
        <TakeBackButton
          what={`${row.instrument} ${row.version}`}
          path={studyPath(study.key, "adopted-instruments", row.id, "void")}
          onTakeBack={onTakeBack}
        />
      ),
    });
  return (
    <Table
      caption={words.adopted}
      columns={columns}
      rows={rows}
      rowKey={(row) => String(row.id)}
      empty={words.adoptedEmpty}
    />
  );
}

function Licences({
  rows,
  onTakeBack,
}: {
  readonly rows: readonly Licence[];
  readonly onTakeBack: OnTakeBack;
}) {
  const study = useStudy();
  const modes = (row: Licence): string =>
    row.modes.map((mode) => words.modeNames[mode] ?? mode).join(", ");
  const columns: Column<Licence>[] = [
    { key: "instrument", head: words.instrument, rowHead: true, cell: (row) => row.instrument },
    { key: "owner", head: words.owner, wide: true, cell: (row) => row.owner },
    { key: "reference", head: words.reference, wide: true, cell: (row) => row.reference },
    { key: "ends", head: words.ends, short: true, cell: (row) => row.expires ?? words.noEnd },
    { key: "languages", head: words.languages, cell: (row) => row.languages.join(", ") },
    { key: "modes", head: words.modes, cell: modes },
  ];
  if (onTakeBack)
    columns.push({
      key: "act",
      head: words.takeBack,
      cell: (row) => (
        <TakeBackButton
          what={`${row.instrument}, ${row.reference}`}
          path={studyPath(study.key, "licences", row.id ?? 0, "void")}
          onTakeBack={onTakeBack}
        />
      ),
    });
  return (
    <Table
      caption={words.licences}
      columns={columns}
      rows={rows}
      rowKey={(row) => String(row.id)}
      empty={words.licencesEmpty}
    />
  );
}

interface TakeBackButtonProps extends TakeBack {
  readonly onTakeBack: (what: TakeBack) => void;
}

function TakeBackButton({ what, path, onTakeBack }: TakeBackButtonProps) {
  return (
    <button
      type="button"
      aria-label={words.takeBackOf(what)}
      onClick={() => onTakeBack({ what, path })}
    >
      {words.takeBack}
    </button>
  );
}

interface TakeBackFormProps {
  readonly what: TakeBack;
  readonly onDone: (page: Instruments) => void;
  readonly onCancel: () => void;
}

function TakeBackForm({ what, onDone, onCancel }: TakeBackFormProps) {
  return (
    <section class="act" aria-label={words.takeBackOf(what.what)}>
      <h2>{words.takeBackOf(what.what)}</h2>
      <Form
        sections={[
          {
            title: null,
            fields: [{ name: "reason", label: words.why, kind: "text", required: true }],
          },
        ]}
        submit={words.takeBack}
        compact
        onCancel={onCancel}
        onSubmit={async ({ reason }) =>
          onDone(await write<Instruments>("POST", what.path, { reason }))
        }
      />
    </section>
  );
}

function NewLicence({
  page,
  onDone,
}: {
  readonly page: Instruments;
  readonly onDone: (page: Instruments) => void;
}) {
  const study = useStudy();
  const [round, setRound] = useState(0);
  const names = new Set([
    ...page.pinned.filter((one) => one.status !== "demonstration").map((one) => one.instrument),
    ...page.adopted.map((one) => one.instrument),
    ...page.packs.map((one) => one.instrument),
  ]);
  const options = [...names].sort().map((name) => ({ value: name, label: name }));
  return (
    <details class="more-acts">
      <summary>{words.renew}</summary>
      <Form
        key={round}
        sections={[
          {
            title: null,
            fields: [
              {
                name: "instrument",
                label: words.instrument,
                kind: "select",
                required: true,
                options,
              },
              {
                name: "language",
                label: words.language,
                kind: "text",
                required: true,
                initial: "en",
              },
              ...licenceFields(study.today),
            ],
          },
        ]}
        submit={words.renew}
        onSubmit={async (values) => {
          const body = {
            ...licenceOf(values),
            instrument: values.instrument,
            languages: (values.language ?? "").split(/[\s,]+/).filter(Boolean),
          };
          onDone(await write<Instruments>("POST", studyPath(study.key, "licences"), body));
          setRound(round + 1);
        }}
      />
    </details>
  );
}

function Packs({ rows }: { readonly rows: readonly Pack[] }) {
  const study = useStudy();
  const { staff } = useSession();
  const columns: Column<Pack>[] = [
    {
      key: "name",
      head: words.pack,
      rowHead: true,
      sort: (row) => row.name,
      cell: (row) => row.name,
    },
    { key: "owner", head: words.owner, wide: true, cell: (row) => row.owner || t.none },
    { key: "items", head: words.items, numeric: true, cell: (row) => row.items },
    { key: "scores", head: words.scores, numeric: true, cell: (row) => row.scores },
  ];
  if (mayWrite(staff))
    columns.push({
      key: "adopt",
      short: true,
      head: words.adopt,
      cell: (row) => (
        <a
          href={href([study.key, "instruments", "adopt"], { pack: row.name })}
          aria-label={words.adoptFor(row.name)}
        >
          {words.adopt}
        </a>
      ),
    });
  return (
    <>
      <h2>{words.packs}</h2>
      <p>{words.packsLead}</p>
      <Table
        caption={words.packs}
        captionHidden
        columns={columns}
        rows={rows}
        rowKey={(row) => row.name}
      />
    </>
  );
}
