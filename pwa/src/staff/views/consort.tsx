/**
 * The flow of participants for a paper: the server draws the picture, so that
 * the one on the page, the one in the file and the table are the same figures.
 */
import { studyPath } from "../api/client";
import { Scrolled } from "../parts/bits";
import { t } from "../strings";
import { questionnaires, useStudy } from "../study";

export function Flow({ filters }: { readonly filters: Readonly<Record<string, string>> }) {
  const study = useStudy();
  const asked = questionnaires(study);
  const name = filters.questionnaire ?? asked[0]?.code;
  if (name === undefined) return null;
  const title = asked.find((one) => one.code === name)?.label ?? name;
  const search = new URLSearchParams({ ...filters, questionnaire: name }).toString();
  const file = (ending: string) =>
    `${studyPath(study.key, "exports", `consort.${ending}`)}?${search}`;
  const table = (name: string) =>
    `${studyPath(study.key, "exports", `${name}.csv`)}?${new URLSearchParams(filters)}`;
  return (
    <section>
      <h2>{t.numbers.flowTitle}</h2>
      <Scrolled label={t.numbers.flowTitle}>
        <img src={file("svg")} alt={t.numbers.flowAlt(title)} loading="lazy" />
      </Scrolled>
      <ul class="files">
        <li>
          <a href={file("svg")} download="consort.svg">
            {t.numbers.flowPicture}
          </a>
        </li>
        <li>
          <a href={file("csv")} download="consort.csv">
            {t.numbers.flowTable}
          </a>
        </li>
        <li>
          <a href={table("completion")} download="completion.csv">
            {t.numbers.completionTable}
          </a>
        </li>
        <li>
          <a href={table("figures")} download="figures.csv">
            {t.numbers.figuresTable}
          </a>
        </li>
      </ul>
    </section>
  );
}
