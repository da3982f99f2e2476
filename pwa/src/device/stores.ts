/**
 * IndexedDB with promises, as far as this app needs it: every call is one transaction, and resolves
 * when the browser has written it down. A library for this would be loaded twice, by the page and
 * by its service worker.
 */

type Key = string | number;

const gone = (): DOMException => new DOMException("", "AbortError");

/** What a request answers. */
const answer = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? gone());
  });

/** The stores of one database; `S` says what lies in each. Methods throw what IndexedDB throws. */
export class Database<S extends object> {
  private readonly db: IDBDatabase;

  constructor(db: IDBDatabase) {
    this.db = db;
  }

  /** Runs `work` in one transaction over some stores: all of what it asks for, or nothing. */
  async all<T = undefined>(
    names: (keyof S & string)[],
    mode: IDBTransactionMode,
    work: (store: (name: keyof S & string) => IDBObjectStore) => IDBRequest<T> | undefined,
  ): Promise<T> {
    const transaction = this.db.transaction(names, mode);
    const asked = work((name) => transaction.objectStore(name));
    await new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      // A connection that is cut gives no reason of its own.
      transaction.onabort = () => reject(transaction.error ?? gone());
    });
    return asked?.result as T;
  }

  private one<T>(
    name: keyof S & string,
    mode: IDBTransactionMode,
    work: (store: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> {
    return this.all([name], mode, (store) => work(store(name)));
  }

  get<N extends keyof S & string>(name: N, key: Key): Promise<S[N] | undefined> {
    return this.one(name, "readonly", (store) => store.get(key));
  }

  getAll<N extends keyof S & string>(name: N): Promise<S[N][]> {
    return this.one(name, "readonly", (store) => store.getAll());
  }

  getAllKeys(name: keyof S & string): Promise<Key[]> {
    return this.one(name, "readonly", (store) => store.getAllKeys() as IDBRequest<Key[]>);
  }

  /** Stores a value, under the key of its own where the store finds it there. */
  async put<N extends keyof S & string>(name: N, value: S[N], key?: Key): Promise<void> {
    await this.one(name, "readwrite", (store) => store.put(value, key));
  }

  /** Stores a value where there is none yet; answers the one that lies there now. */
  async putFirst<N extends keyof S & string>(name: N, value: S[N], key: Key): Promise<S[N]> {
    const found = await this.one(name, "readwrite", (store) => {
      const first: IDBRequest<S[N] | undefined> = store.get(key);
      first.onsuccess = () => {
        if (first.result === undefined) store.put(value, key);
      };
      return first;
    });
    return found ?? value;
  }

  async delete(name: keyof S & string, key: Key): Promise<void> {
    await this.one(name, "readwrite", (store) => store.delete(key));
  }

  async clear(name: keyof S & string): Promise<void> {
    await this.one(name, "readwrite", (store) => store.clear());
  }

  close(): void {
    this.db.close();
  }
}

/** Opens a database, made by `make` where there is none; `lost` is told when it can't be used. */
export async function openDatabase<S extends object>(
  name: string,
  version: number,
  make: (db: IDBDatabase) => void,
  lost: () => void,
): Promise<Database<S>> {
  const request = indexedDB.open(name, version);
  request.onupgradeneeded = () => make(request.result);
  const db = await answer(request);
  db.onclose = lost;
  // Another window wants to delete or upgrade the database: let go of it at once.
  db.onversionchange = () => {
    db.close();
    lost();
  };
  return new Database<S>(db);
}

/** Removes a database and all that is in it. */
export async function removeDatabase(name: string): Promise<void> {
  await answer(indexedDB.deleteDatabase(name));
}
