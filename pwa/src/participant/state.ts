/** What the screens show, in one place, and the one way to change it. */
import { useEffect, useState } from "preact/hooks";
import type { Me } from "../api/types.ts";
import type { Entry, KeptReceipt, Waiting } from "../device/outbox.ts";

export interface State {
  /** Until the phone's database has been read there is nothing to show. */
  started: boolean;
  me: Me | null;
  /** When `me` last came from the server, RFC 3339; null before the first time. */
  checkedAt: string | null;
  /** Whether the last request got an answer. */
  online: boolean;
  /** The network is there, but the study's computer does not answer as it should. */
  away: boolean;
  /** The server no longer knows this phone's session; everything on the phone stays. */
  lost: boolean;
  /** The app asks for the number of its lock, and shows nothing else. */
  locked: boolean;
  waiting: readonly Waiting[];
  receipts: readonly KeptReceipt[];
  /** Ids of forms with answers on this phone that are not sent yet. */
  begun: ReadonlySet<number>;
  /** Finished responses that this phone could not store; they live only as long as the page. */
  unstored: readonly Entry[];
  sending: boolean;
  /** This browser keeps neither answers nor the app itself for the next time, as in private. */
  forgetful: boolean;
  /** A newer version of the app that waits for a quiet moment. */
  update: ServiceWorker | null;
}

const initial: State = {
  started: false,
  me: null,
  checkedAt: null,
  online: true,
  away: false,
  lost: false,
  locked: false,
  waiting: [],
  receipts: [],
  begun: new Set(),
  unstored: [],
  sending: false,
  forgetful: false,
  update: null,
};

/** Forms open on the screen of this window; only their own screen writes their answers. */
export const answering = new Set<number>();

let state = initial;

const listeners = new Set<(state: State) => void>();

export const getState = (): State => state;

export function setState(change: Partial<State>): void {
  state = { ...state, ...change };
  for (const listener of listeners) listener(state);
}

/** Back to knowing nothing, as before the app has started. */
export const forgetState = (): void => setState(initial);

/** The state, re-rendering the component whenever it changes. */
export function useAppState(): State {
  const [seen, setSeen] = useState(state);
  useEffect(() => {
    listeners.add(setSeen);
    setSeen(state);
    return () => {
      listeners.delete(setSeen);
    };
  }, []);
  return seen;
}
