/** One writer at a time across all windows of the app and its service worker. */

// Missing on pages without a secure connection and in old browsers.
const hasLocks = (): boolean => Boolean((navigator as { locks?: LockManager }).locks);

const queues = new Map<string, Promise<unknown>>();

/** Runs work while no other window does anything under the same name; the others wait. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (hasLocks()) return navigator.locks.request(name, work) as Promise<T>;
  // Browsers without locks between windows still queue within this one.
  const before = queues.get(name) ?? Promise.resolve();
  const mine = before.then(work, work);
  queues.set(name, mine);
  return mine;
}

/** A window that has just let go of a form needs a moment until others see it. */
const FREE_WITHIN_MS = 400;

/**
 * Claims a form for this window until `release` is called. Answers null when another window has
 * it, unless `steal` takes it away from there; the window that loses it is told by `onLost`.
 */
export async function claim(
  name: string,
  options: { steal: boolean; onLost: () => void },
): Promise<(() => void) | null> {
  if (!hasLocks()) return () => {};
  return new Promise((resolve) => {
    let release: (() => void) | null = null;
    const held = new Promise<void>((done) => {
      release = done;
    });
    let mine = false;
    const how = options.steal ? { steal: true } : { signal: AbortSignal.timeout(FREE_WITHIN_MS) };
    navigator.locks
      .request(name, how, () => {
        mine = true;
        resolve(release);
        return held;
      })
      .catch(() => (mine ? options.onLost() : resolve(null)));
  });
}
