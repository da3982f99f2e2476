/** Figures about people rather than forms: how much each one sent, and what nudging brought. */
import type { Completion } from "../api/types";
import { NO_DATA } from "../format";
import { ShareLine } from "../parts/bits";
import type { Query } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";
import { peopleHref } from "./people-list";

const BANDS = ["all", "most", "some", "none"] as const;

interface AdherenceProps {
  readonly adherence: Completion["adherence"];
  readonly filters: Query;
}

export function AdherenceTable({ adherence, filters }: AdherenceProps) {
  const study = useStudy();
  const median =
    adherence.median_percent === null ? NO_DATA : `${adherence.median_percent.toFixed(1)} %`;
  return (
    <section>
      <h2>{t.numbers.adherenceTitle}</h2>
      <table class="lines">
        <caption>{t.numbers.adherenceCaption(median)}</caption>
        <tbody>
          {BANDS.map((band) => (
            <ShareLine
              key={band}
              label={t.numbers.bands[band] ?? band}
              share={adherence.bands[band] ?? { n: 0, of: 0 }}
              nHref={peopleHref(study.key, filters, `adherence_${band}`)}
              ofHref={peopleHref(study.key, filters, "adherence")}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface NudgesProps {
  readonly reminders: Completion["reminder_yield"];
  readonly backup: Completion["backup_yield"];
  readonly filters: Query;
}

export function NudgesTable({ reminders, backup, filters }: NudgesProps) {
  const study = useStudy();
  const step = (one: { step: string; label: string }, part: string) =>
    peopleHref(study.key, filters, "reminder", { step: one.step, label: one.label, part });
  return (
    <section>
      <h2>{t.numbers.nudgesTitle}</h2>
      <table class="lines">
        <caption>{t.numbers.nudgesCaption}</caption>
        <tbody>
          {reminders.map((one) => (
            <ShareLine
              key={one.step}
              label={one.label}
              share={one}
              nHref={step(one, "n")}
              ofHref={step(one, "of")}
            />
          ))}
          <ShareLine
            label={t.numbers.backup}
            share={backup}
            nHref={peopleHref(study.key, filters, "backup", { part: "n" })}
            ofHref={peopleHref(study.key, filters, "backup", { part: "of" })}
          />
        </tbody>
      </table>
      <p class="quiet">{t.numbers.nudgesHelp}</p>
    </section>
  );
}
