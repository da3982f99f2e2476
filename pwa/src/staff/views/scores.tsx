/** The scores of one response, and whether newer ones have taken the place of others. */
import type { ResponseView, ScoreView } from "../api/types";
import { moment } from "../format";
import { Badge } from "../parts/bits";
import { t } from "../strings";
import { scoreLines } from "./timeline";

const words = t.person;

interface ScoresProps {
  readonly response: ResponseView;
  readonly zone: string;
}

export function Scores({ response, zone }: ScoresProps) {
  const lines = scoreLines(response);
  const scorings = response.scorings ?? [];
  const first = scorings[0];
  const last = scorings.at(-1);
  if (lines.length === 0) return null;
  return (
    <details>
      <summary>
        {words.scoreCount(lines.length)}{" "}
        {first ? <Badge tone="warn">{words.scoredAgain}</Badge> : null}
      </summary>
      <ul class="plain">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
      {first && last ? (
        <>
          <ul class="plain rescored">
            {changed(first.scores, last.scores).map((line) => (
              <li key={line}>{line}</li>
            ))}
          </ul>
          <p class="quiet">
            {words.scoredFirst}: {said(first, zone)}. {words.scoredNow}: {said(last, zone)}.
          </p>
        </>
      ) : null}
    </details>
  );
}

function said(scoring: NonNullable<ResponseView["scorings"]>[number], zone: string): string {
  return words.scoredBy(
    moment(scoring.scored_at, zone),
    scoring.rules_version,
    scoring.engine_version,
  );
}

/** What the first scoring said otherwise than the last one; a score that is new had nothing. */
export function changed(first: readonly ScoreView[], last: readonly ScoreView[]): string[] {
  const lines = last
    .map((score) => ({ score, before: first.find((one) => one.id === score.id) }))
    .filter(({ score, before }) => value(score) !== value(before))
    .map(({ score, before }) => words.scoreWas(score.title, value(score), value(before)));
  return lines.length === 0 ? [words.scoreSame] : lines;
}

function value(score: ScoreView | undefined): string {
  if (!score) return t.none;
  return score.label ?? (score.value === null ? words.unscorable : String(score.value));
}
