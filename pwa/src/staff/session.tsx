/**
 * Who is signed in. `epoch` goes up after each sign-in, so that reads which
 * failed for want of a session are made again and what was typed stays.
 */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Staff } from "./api/types";

export interface Session {
  readonly staff: Staff;
  readonly epoch: number;
}

const nobody: Session = {
  staff: { email: "", name: "", role: "", sites: [], studies: [] },
  epoch: 0,
};

export const SessionContext = createContext<Session>(nobody);

export function useSession(): Session {
  return useContext(SessionContext);
}

const READERS = new Set(["monitor", "inspector"]);

/** Monitors and inspectors read; nothing that they could not do is offered to them. */
export function mayWrite(staff: Staff): boolean {
  return !READERS.has(staff.role);
}

/** Accounts are the administrators' to change and an inspector's to look at. */
export function maySeeAccounts(staff: Staff): boolean {
  return staff.role === "administrator" || staff.role === "inspector";
}
