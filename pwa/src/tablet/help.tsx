/** Whether somebody helped: asked before answers are sent, because it belongs to them. */
import { type Fault, Note } from "../participant/layout.tsx";
import { sentence } from "../strings/en.ts";
import type { TabletForm } from "./answering.ts";
import type { Assistance } from "./api.ts";
import { words } from "./strings.ts";
import type { Visit } from "./visit.ts";

const CHOICES = Object.entries(words.help.choices) as [Assistance, string][];

export function askHelp(visit: Visit, form: TabletForm) {
  const { assistance } = visit.state;
  const node = (
    <>
      <fieldset class="ask help" disabled={form.confirmed !== null}>
        <legend>
          <h2>{words.help.ask}</h2>
        </legend>
        <div class="options">
          {CHOICES.map(([code, text], index) => (
            <label class="option" key={code}>
              <input
                type="radio"
                id={`help-${index}`}
                name="help"
                checked={assistance === code}
                onChange={() => visit.sayHelp(code)}
              />
              <span>{text}</span>
            </label>
          ))}
        </div>
      </fieldset>
      {form.refused && (
        <Note kind="bad" urgent>
          <p>{words.network.refused}</p>
          <p>{sentence(form.refused)}</p>
        </Note>
      )}
    </>
  );
  const faults = (): readonly Fault[] =>
    assistance ? [] : [{ target: "help-0", text: words.help.missing }];
  return { node, faults };
}
