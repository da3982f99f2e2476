/**
 * Where the focus goes when what held it has gone, as a form does once it is
 * sent: without it a keyboard would begin at the top of the page again.
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Looked at on arrival and whenever `cause` changes; a focus that is somewhere stays there. */
export function useLanding<E extends HTMLElement>(cause: string): RefObject<E | null> {
  const here = useRef<E>(null);
  useEffect(() => {
    const { activeElement, body } = document;
    if (cause !== "" && (activeElement === null || activeElement === body)) here.current?.focus();
  }, [cause]);
  return here;
}
