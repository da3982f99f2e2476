/** The frame of a view: heading that takes the focus on arrival, loading and problem states. */
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../strings";
import { LoadProblem } from "./problem";
import type { Resource } from "./resource";

interface PageProps {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly lead?: string | undefined;
  readonly children: ComponentChildren;
}

export function Page({ title, aside, lead, children }: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t.productConsole}`;
  }, [title]);
  useEffect(() => {
    heading.current?.focus({ preventScroll: true });
    window.scrollTo?.(0, 0);
  }, []);
  return (
    <>
      <div class="page-head">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {aside ? <div class="page-aside">{aside}</div> : null}
      </div>
      {lead ? <p class="lead">{lead}</p> : null}
      {children}
    </>
  );
}

interface LoadedProps<T> {
  readonly from: Resource<T>;
  readonly children: (data: T) => ComponentChildren;
}

/** Shows what is held; an old answer stays, marked busy, while a newer one is fetched. */
export function Loaded<T>({ from, children }: LoadedProps<T>) {
  return (
    <div aria-busy={from.loading}>
      {from.problem && from.problem.slug !== "sign-in-needed" ? (
        <LoadProblem problem={from.problem} onRetry={from.reload} />
      ) : null}
      {from.data === null && from.loading ? (
        <p class="quiet" role="status">
          {t.loading}
        </p>
      ) : null}
      {from.data === null ? null : children(from.data)}
    </div>
  );
}
