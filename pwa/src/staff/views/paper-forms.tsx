/** The blank paper forms of the study's own questionnaires, to open and print. */
import { studyPath } from "../api/client";
import type { Instruments } from "../api/instruments";
import { Loaded } from "../parts/page";
import { useResource } from "../parts/resource";
import { href } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";

const words = t.paper;

export function PaperForms() {
  const study = useStudy();
  const found = useResource<Instruments>(studyPath(study.key, "instruments"));
  return (
    <section class="paper-forms">
      <h2>{words.formsTitle}</h2>
      <p class="quiet">{words.formsLead}</p>
      <Loaded from={found}>
        {({ pinned }) => {
          const own = pinned.filter((line) => line.status === "demonstration");
          if (own.length === 0) return <p>{words.noForms}</p>;
          return (
            <ul class="plain">
              {own.map((line) => (
                <li key={line.sha256}>
                  <a href={href([study.key, "print", "form", line.sha256])}>{line.title}</a>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </section>
  );
}
