/** Several ways to settle one thing: the likeliest is open, the others stand beside it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { ParticipantView } from "../api/types";
import type { Act } from "./base";
import { type ActDone, ActPanel } from "./panel";

export interface Way {
  readonly label: string;
  readonly act: Act;
}

interface WaysProps {
  readonly ways: readonly Way[];
  readonly person: ParticipantView;
  readonly onDone: (done: ActDone) => void;
  readonly onCancel: () => void;
  readonly onNewer: (person: ParticipantView) => void;
  /** What stands between the choice and the form. */
  readonly children?: ComponentChildren;
}

export function Ways({ ways, person, onDone, onCancel, onNewer, children }: WaysProps) {
  const [chosen, setChosen] = useState(0);
  const way = ways[chosen] ?? ways[0];
  if (!way) return null;
  return (
    <div>
      {ways.length > 1 ? (
        <ul class="act-list ways">
          {ways.map((one, index) => (
            <li key={one.act.name}>
              <button type="button" aria-pressed={one === way} onClick={() => setChosen(index)}>
                {one.label}
              </button>
            </li>
          ))}
        </ul>
      ) : null}
      {children}
      <ActPanel
        key={way.act.name}
        act={way.act}
        person={person}
        onDone={onDone}
        onCancel={onCancel}
        onNewer={onNewer}
      />
    </div>
  );
}
