/**
 * Reads for views: what the server says, kept on screen while a newer answer
 * is on its way. Everything is read again after a sign-in in the middle of work.
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import { Problem, read } from "../api/client";
import { useSession } from "../session";

export interface Resource<T> {
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
  readonly reload: () => void;
  readonly put: (data: T) => void;
}

interface Held<T> {
  readonly path: string | null;
  readonly data: T | null;
  readonly problem: Problem | null;
  readonly loading: boolean;
}

export function useResource<T>(path: string | null): Resource<T> {
  const { epoch } = useSession();
  const [round, setRound] = useState(0);
  const [held, setHeld] = useState<Held<T>>({
    path: null,
    data: null,
    problem: null,
    loading: true,
  });

  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    setHeld((before) => ({ ...before, loading: true }));
    read<T>(path, abort.signal).then(
      (data) => setHeld({ path, data, problem: null, loading: false }),
      (error: unknown) => {
        if (!abort.signal.aborted)
          setHeld((before) => ({ ...before, problem: asProblem(error), loading: false }));
      },
    );
    return () => abort.abort();
  }, [path, epoch, round]);

  const reload = useCallback(() => setRound((before) => before + 1), []);
  const put = useCallback(
    (data: T) => setHeld({ path, data, problem: null, loading: false }),
    [path],
  );
  return { ...held, reload, put };
}

/** Anything thrown, as a Problem, so that views have one shape to show. */
export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem("unexpected", 0, "");
}
