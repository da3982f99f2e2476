/** A list that comes page by page: what is here so far, how much there is, and the way to more. */
import { useEffect, useState } from "preact/hooks";
import { type Problem, read } from "../api/client";
import { t } from "../strings";
import { sentenceFor } from "./problem";
import { asProblem, type Resource, useResource } from "./resource";

export interface PageOf<R> {
  /** Null where the server would have to judge everybody to know it. */
  readonly total: number | null;
  /** What the next page is asked for with; null on the last one. */
  readonly next?: string | null;
  readonly rows: readonly R[];
}

export interface Paged<R, P extends PageOf<R>> {
  /** The first page as the server said it, with its figures. */
  readonly first: Resource<P>;
  readonly rows: readonly R[];
  readonly next: string | null;
  readonly problem: Problem | null;
  readonly more: () => Promise<void>;
}

/** `path` has its query already; another path begins a new list. */
export function usePages<R, P extends PageOf<R>>(path: string): Paged<R, P> {
  const first = useResource<P>(path);
  const [later, setLater] = useState<readonly P[]>([]);
  const [problem, setProblem] = useState<Problem | null>(null);
  // Pages belong to the first one: whenever that is read again they are of another list.
  useEffect(() => setLater([]), [first.data]);
  const last = later.at(-1) ?? first.data;
  const next = last?.next ?? null;
  async function more(): Promise<void> {
    if (next === null) return;
    try {
      const page = await read<P>(
        `${path}${path.includes("?") ? "&" : "?"}after=${encodeURIComponent(next)}`,
      );
      setProblem(null);
      setLater((before) => [...before, page]);
    } catch (error) {
      setProblem(asProblem(error));
    }
  }
  const rows = [...(first.data?.rows ?? []), ...later.flatMap((page) => page.rows)];
  return { first, rows, next, problem, more };
}

/** Says that the list is cut, and offers the next part of it. */
export function More<R, P extends PageOf<R>>({ list }: { readonly list: Paged<R, P> }) {
  const total = list.first.data?.total ?? null;
  if (list.next === null) return null;
  return (
    <p class="more">
      {total === null ? null : t.showing(list.rows.length, total)}{" "}
      <button type="button" onClick={() => void list.more()}>
        {t.showMore}
      </button>
      {list.problem ? <span role="alert"> {sentenceFor(list.problem)}</span> : null}
    </p>
  );
}
