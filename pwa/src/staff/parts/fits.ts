/** Whether the table in a box is as narrow as the box, looked at again whenever either changes. */
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

export function useFits(): [RefObject<HTMLElement | null>, boolean] {
  const box = useRef<HTMLElement>(null);
  const [fits, setFits] = useState(false);
  useEffect(() => {
    const { current } = box;
    const table = current?.querySelector("table");
    if (!current || !table) return;
    const sizes = new ResizeObserver(() => setFits(table.offsetWidth <= current.clientWidth));
    sizes.observe(current);
    sizes.observe(table);
    return () => sizes.disconnect();
  }, []);
  return [box, fits];
}
