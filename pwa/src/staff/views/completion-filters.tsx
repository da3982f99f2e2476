/** The filters of Completion; each change rewrites the address, so a page of numbers can be shared. */
import { useId } from "preact/hooks";
import { studyToday } from "../clock";
import { Pick } from "../parts/bits";
import { href, type Route, replaceQuery } from "../router";
import { t } from "../strings";
import { questionnaires, siteName, useStudy } from "../study";

interface FiltersProps {
  readonly route: Route;
  /** The rule in force, from the server, when the address names none. */
  readonly aliveRule: string;
}

export function Filters({ route, aliveRule }: FiltersProps) {
  const study = useStudy();
  const set = (name: string) => (value: string) => replaceQuery(route, { [name]: value });
  return (
    <fieldset class="filters">
      <legend class="visually-hidden">{t.numbers.filters}</legend>
      <Pick
        label={t.site}
        value={route.query.site ?? ""}
        all={t.allSites}
        options={study.sites.map((site) => ({
          value: site.code,
          label: siteName(study, site.code),
        }))}
        onPick={set("site")}
      />
      <Pick
        label={t.arm}
        value={route.query.arm ?? ""}
        all={t.allArms}
        options={study.arms.map((arm) => ({ value: arm.id, label: arm.label }))}
        onPick={set("arm")}
      />
      <Pick
        label={t.numbers.questionnaire}
        value={route.query.questionnaire ?? ""}
        all={t.numbers.allQuestionnaires}
        options={questionnaires(study).map((one) => ({ value: one.code, label: one.label }))}
        onPick={set("questionnaire")}
      />
      <AsOf value={route.query.as_of ?? ""} onPick={set("as_of")} />
      <Pick
        label={t.numbers.aliveRule}
        value={route.query.alive_rule ?? aliveRule}
        options={Object.entries(t.numbers.aliveRules).map(([value, label]) => ({ value, label }))}
        onPick={set("alive_rule")}
      />
      <Pick
        label={t.numbers.split}
        value={route.query.split ?? ""}
        options={[
          { value: "", label: t.numbers.splitPack },
          { value: "each", label: t.numbers.splitEach },
        ]}
        onPick={set("split")}
      />
      <a class="reset" href={href(route.segments)}>
        {t.numbers.reset}
      </a>
    </fieldset>
  );
}

function AsOf({
  value,
  onPick,
}: {
  readonly value: string;
  readonly onPick: (value: string) => void;
}) {
  const id = useId();
  const study = useStudy();
  return (
    <div class={value === "" ? "pick" : "pick set"}>
      <label for={id}>
        {t.numbers.asOf} <span class="hint">({t.numbers.asOfHint})</span>
      </label>
      <input
        id={id}
        type="date"
        max={studyToday(study.today)}
        value={value}
        onChange={(event) => onPick(event.currentTarget.value)}
      />
    </div>
  );
}
