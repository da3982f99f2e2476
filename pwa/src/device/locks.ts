/** One writer at a time across all windows of the app and its service worker. */

// Missing on pages without a secure connection and in old browsers.
const between = (): LockManager | undefined => navigator.locks;

const queues = new Map<string, Promise<unknown>>();

/** Runs work while no other window does anything under the same name; the others wait. */
export async function alone<T>(name: string, work: () => Promise<T>): Promise<T> {
  const locks = between();
  if (locks) return locks.request(name, work) as Promise<T>;
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
  { steal, onLost }: { steal: boolean; onLost: () => void },
): Promise<(() => void) | null> {
  const locks = between();
  if (!locks) return () => {};
  // However slow the phone is, it says at once whether the form is free, and never "not yet".
  const ask = (): Promise<(() => void) | null> =>
    new Promise((resolve) => {
      locks
        .request(name, { steal, ifAvailable: !steal }, (lock) =>
          // What the inner promise is settled with is what lets go of the lock.
          lock ? new Promise<void>(resolve) : resolve(null),
        )
        .catch(onLost);
    });
  return (
    (await ask()) ?? new Promise((resolve) => setTimeout(() => resolve(ask()), FREE_WITHIN_MS))
  );
}
