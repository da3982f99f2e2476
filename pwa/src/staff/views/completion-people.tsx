/** Figures about people rather than forms: how much each one sent, and what nudging brought. */
import type { Completion } from "../api/types";
import { NO_DATA } from "../format";
import { ShareLine } from "../parts/bits";
import { t } from "../strings";

const BANDS = ["all", "most", "some", "none"] as const;

export function AdherenceTable({ adherence }: { readonly adherence: Completion["adherence"] }) {
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
}

export function NudgesTable({ reminders, backup }: NudgesProps) {
  return (
    <section>
      <h2>{t.numbers.nudgesTitle}</h2>
      <table class="lines">
        <caption>{t.numbers.nudgesCaption}</caption>
        <tbody>
          {reminders.map((one) => (
            <ShareLine key={one.step} label={one.label} share={one} />
          ))}
          <ShareLine label={t.numbers.backup} share={backup} />
        </tbody>
      </table>
      <p class="quiet">{t.numbers.nudgesHelp}</p>
    </section>
  );
}
