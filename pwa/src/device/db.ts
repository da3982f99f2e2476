/**
 * The phone's own database. Whatever a person has answered lies here encrypted (AES-GCM) under a
 * key that no script can read out, and is removed when the server has given its receipt. The
 * connection is opened again when the system has closed it, as iOS does with sleeping apps.
 */
import type { Questionnaire } from "../core/questionnaire.ts";
import { type Database as Opened, openDatabase, removeDatabase } from "./stores.ts";

const NAME = "sayso";
const VERSION = 1;

export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  data: ArrayBuffer;
}

export interface OutboxRow {
  /** The response's id, made on this phone: the server knows a repeat by it. */
  id: string;
  /** When it was put here, in milliseconds; entries are sent in this order. */
  made_at: number;
  /** "held" entries were answered by the server with a refusal and wait for the study team. */
  state: "waiting" | "held";
  slug: string | null;
  sealed: Sealed;
}

/** What each store holds; the outbox finds its key in the row itself. */
export interface Schema {
  keys: CryptoKey;
  drafts: Sealed;
  outbox: OutboxRow;
  questionnaires: Questionnaire;
  kept: Sealed;
}

export type Database = Opened<Schema>;

let opening: Promise<Database> | null = null;

/** Some systems leave a request to open unanswered; after so long the app goes on without. */
const OPENS_WITHIN_MS = 5000;

/** The connection, or a failure when the system does not answer; a late answer is still taken. */
function inTime(connecting: Promise<Database>): Promise<Database> {
  let timer: ReturnType<typeof setTimeout>;
  const tooLong = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new DOMException("", "TimeoutError"));
    }, OPENS_WITHIN_MS);
  });
  connecting.then(
    () => {
      clearTimeout(timer);
      opening = connecting;
    },
    () => clearTimeout(timer),
  );
  return Promise.race([connecting, tooLong]);
}

function open(): Promise<Database> {
  opening ??= inTime(connect());
  opening.catch((error) => {
    // A connection that may still come is waited for in the background, not asked for again.
    if (!(error instanceof DOMException) || error.name !== "TimeoutError") opening = null;
  });
  return opening;
}

const connect = (): Promise<Database> =>
  openDatabase<Schema>(
    NAME,
    VERSION,
    (db) => {
      for (const name of ["keys", "drafts", "questionnaires", "kept"]) db.createObjectStore(name);
      db.createObjectStore("outbox", { keyPath: "id" });
    },
    () => {
      opening = null;
    },
  );

/**
 * What a connection says that the system has closed behind our back: the usual name, the one that
 * Safari uses when it has lost its database process, and that of a transaction cut short by it.
 */
const CLOSED: ReadonlySet<string> = new Set(["InvalidStateError", "UnknownError", "AbortError"]);

/**
 * Runs work on the database, once more on a fresh connection when the old one had been closed.
 * Throws what IndexedDB throws (no database, quota exceeded); callers say so in words.
 */
export async function withDb<T>(work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(await open());
  } catch (error) {
    if (!(error instanceof DOMException) || !CLOSED.has(error.name)) throw error;
    opening = null;
    return work(await open());
  }
}

async function key(db: Database): Promise<CryptoKey> {
  const known = await db.get("keys", "main");
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
  // Two windows may get here together: the first key stored is the one both use.
  return db.putFirst("keys", made, "main");
}

/** Encrypts a value under this phone's key. */
export async function seal(db: Database, value: unknown): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bytes = new TextEncoder().encode(JSON.stringify(value));
  const data = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await key(db), bytes);
  return { iv, data };
}

/** The value again, or null when it cannot be read (key gone, bytes damaged). */
export async function unseal<T>(db: Database, sealed: Sealed): Promise<T | null> {
  try {
    const options = { name: "AES-GCM", iv: sealed.iv };
    const bytes = await crypto.subtle.decrypt(options, await key(db), sealed.data);
    return JSON.parse(new TextDecoder().decode(bytes)) as T;
  } catch {
    return null;
  }
}

/** Keeps a small fact, encrypted, under a name. */
export async function keep(name: string, value: unknown): Promise<void> {
  await withDb(async (db) => {
    const sealed = await seal(db, value);
    await db.put("kept", sealed, name);
  });
}

/** A kept fact, or null. */
export async function kept<T>(name: string): Promise<T | null> {
  return withDb(async (db) => {
    const sealed = await db.get("kept", name);
    return sealed ? unseal<T>(db, sealed) : null;
  });
}

export const saveQuestionnaire = (sha: string, document: Questionnaire): Promise<void> =>
  withDb((db) => db.put("questionnaires", document, sha));

export const loadQuestionnaire = (sha: string): Promise<Questionnaire | undefined> =>
  withDb((db) => db.get("questionnaires", sha));

/** Forgets questionnaires that no form on the home screen needs any more. */
export async function keepOnlyQuestionnaires(needed: ReadonlySet<string>): Promise<void> {
  await withDb(async (db) => {
    for (const sha of await db.getAllKeys("questionnaires")) {
      if (!needed.has(String(sha))) await db.delete("questionnaires", sha);
    }
  });
}

/**
 * How to put back what this page has finished, by the id of the response, should the phone lose its
 * database before it is sent. Lives as long as the page; forgotten with everything else.
 */
export const finishedHere = new Map<string, () => Promise<void>>();

/** Removes everything, the key first, so that what a disk may still hold cannot be read. */
export async function wipe(): Promise<void> {
  finishedHere.clear();
  try {
    await withDb(async (db) => {
      await db.clear("keys");
      for (const store of ["drafts", "outbox", "kept", "questionnaires"] as const) {
        await db.clear(store);
      }
      db.close();
    });
  } finally {
    opening = null;
    await removeDatabase(NAME);
  }
}
