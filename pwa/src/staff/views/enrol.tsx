/** Enrolling: one page of fields, then either a code for the phone or a clear "nothing to hand over". */
import { useEffect, useState } from "preact/hooks";
import { studyPath, write } from "../api/client";
import type { Enrolled, Enrolment } from "../api/types";
import { now } from "../clock";
import { day } from "../format";
import { Badge } from "../parts/bits";
import { Form, type Values } from "../parts/form";
import { Page } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem } from "../parts/resource";
import { href } from "../router";
import { useSession } from "../session";
import { t } from "../strings";
import { useStudy } from "../study";
import { enrolBody, enrolSections } from "./enrol-fields";
import { Handover } from "./handover";

export function EnrolView() {
  const study = useStudy();
  const { staff } = useSession();
  const [enrolled, setEnrolled] = useState<Enrolled | null>(null);
  if (enrolled) return <Outcome enrolled={enrolled} />;
  return (
    <Page title={t.acts.enrol.title} lead={t.acts.enrol.lead}>
      <Form
        sections={enrolSections(study, staff)}
        submit={t.acts.enrol.submit}
        busy={t.acts.enrol.busy}
        note={note}
        onSubmit={async (values) =>
          setEnrolled(
            await write<Enrolled>(
              "POST",
              studyPath(study.key, "participants"),
              enrolBody(study, values),
            ),
          )
        }
      />
    </Page>
  );
}

/** What will follow, said before the button is pressed. */
function note(values: Values) {
  if (values.reads_english === "no")
    return (
      <p class="foretold exempt">
        <Badge tone="exempt">{t.nav.exempt}</Badge> {t.acts.enrol.willBeExempt}
      </p>
    );
  return values.reads_english === "yes" ? <p class="foretold">{t.acts.enrol.willBeAsked}</p> : null;
}

function Outcome({ enrolled }: { readonly enrolled: Enrolled }) {
  const study = useStudy();
  const words = t.acts.enrolled;
  const { participant } = enrolled;
  const [enrolment, setEnrolment] = useState(enrolled.enrolment);
  const [problem, setProblem] = useState("");
  async function another(how: { readonly kind?: "remote" }): Promise<void> {
    const path = studyPath(study.key, "participants", participant.code, "enrolment-codes");
    setProblem("");
    try {
      setEnrolment(await write<Enrolment>("POST", path, how));
    } catch (error) {
      setProblem(sentenceFor(asProblem(error)));
    }
  }
  useEffect(() => {
    document.querySelector<HTMLElement>("h1")?.focus();
  }, []);
  return (
    <Page title={enrolment ? words.title(participant.code) : words.exemptTitle(participant.code)}>
      {enrolment ? (
        <Handover
          key={enrolment.url}
          enrolment={enrolment}
          person={participant}
          onNewCode={() => void another({})}
        />
      ) : (
        <div class="foretold exempt">
          <Badge tone="exempt">
            {t.person.exemptSince(day(participant.exemptions[0]?.from ?? participant.enrolled_on))}
          </Badge>
          <p>{words.exemptText}</p>
        </div>
      )}
      {problem ? (
        <p class="problem" role="alert">
          {problem}
        </p>
      ) : null}
      <div class="buttons">
        {enrolment && enrolment.kind !== "remote" ? (
          <button type="button" onClick={() => void another({ kind: "remote" })}>
            {t.entry.remote.button}
          </button>
        ) : null}
        <a class="button" href={href([study.key, "participants", participant.code])}>
          {words.open(participant.code)}
        </a>
        <a class="button" href={href([study.key, "enrol"], { round: String(now().getTime()) })}>
          {words.another}
        </a>
      </div>
    </Page>
  );
}
