/** Exports: two files, each written to the audit trail when it is fetched. */
import { useState } from "preact/hooks";
import type { Problem } from "../api/client";
import { studyPath } from "../api/client";
import { Said } from "../parts/bits";
import { Page } from "../parts/page";
import { sentenceFor } from "../parts/problem";
import { asProblem } from "../parts/resource";
import { t } from "../strings";
import { useStudy } from "../study";
import { whoAmI } from "./sign-in";

export function ExportsView() {
  const study = useStudy();
  const [said, setSaid] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const files = [
    { name: "expected-forms.csv", title: t.exports.formsTitle, text: t.exports.formsText },
    { name: "items.csv", title: t.exports.itemsTitle, text: t.exports.itemsText },
  ];
  /** The session is looked at first: a download must never hand over a problem document as a file. */
  async function download(name: string): Promise<void> {
    setProblem(null);
    setSaid(t.exports.checking);
    try {
      await whoAmI();
      setSaid(t.exports.started);
      window.location.assign(studyPath(study.key, "exports", name));
    } catch (error) {
      setSaid("");
      setProblem(asProblem(error));
    }
  }
  return (
    <Page title={t.exports.title} lead={t.exports.lead}>
      {problem && problem.slug !== "sign-in-needed" ? (
        <p class="problem" role="alert">
          {sentenceFor(problem)}
        </p>
      ) : null}
      <Said text={said} />
      <ul class="files">
        {files.map((file) => (
          <li key={file.name}>
            <h2>{file.title}</h2>
            <p>{file.text}</p>
            <button type="button" onClick={() => void download(file.name)}>
              {t.exports.download(file.title.toLowerCase())}
            </button>
          </li>
        ))}
      </ul>
    </Page>
  );
}
