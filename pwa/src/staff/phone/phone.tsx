/**
 * A phone drawn on a page: 360 pixels wide, with the participant app's own components inside and
 * its own style sheets around them, apart from the console's in a shadow root.
 */
import { type ComponentChild, render } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { WholePage } from "../../participant/layout.tsx";
import { type Look, phoneSheet } from "./styles";

interface PhoneProps {
  readonly label: string;
  readonly look: Look;
  /** As long as its content, for print and for lists; else as tall as a phone. */
  readonly long?: boolean;
  /** What is shown; when it changes the glass is seen from its top again. */
  readonly place?: string | number;
  /** A link inside was followed: its address, which leads nowhere here. */
  readonly onLink?: ((address: string) => void) | undefined;
  readonly children: ComponentChild;
}

export function Phone({ label, look, long = false, place, onLink, children }: PhoneProps) {
  const host = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const root = rootOf(host.current as HTMLDivElement);
    root.adoptedStyleSheets = [phoneSheet(look)];
    render(<WholePage.Provider value={false}>{children}</WholePage.Provider>, root);
  });
  useEffect(() => {
    const root = rootOf(host.current as HTMLDivElement);
    return () => render(null, root);
  }, []);
  useEffect(() => {
    if (host.current) host.current.scrollTop = 0;
  }, [place]);
  useEffect(() => {
    const root = rootOf(host.current as HTMLDivElement);
    const follow = (event: Event): void => {
      const link = (event.target as Element).closest("a");
      if (!link) return;
      event.preventDefault();
      onLink?.(link.getAttribute("href") ?? "");
    };
    root.addEventListener("click", follow);
    return () => root.removeEventListener("click", follow);
  }, [onLink]);
  return (
    <figure class={long ? "phone long" : "phone"}>
      <div class="phone-glass" ref={host} />
      <figcaption>{label}</figcaption>
    </figure>
  );
}

function rootOf(host: HTMLDivElement): ShadowRoot {
  return host.shadowRoot ?? host.attachShadow({ mode: "open" });
}
