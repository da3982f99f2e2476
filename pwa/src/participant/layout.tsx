/** The frame of every screen: title, heading that takes the focus, and the error summary. */
import { type ComponentChildren, createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";
import { en } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { paths } from "./router.ts";

/** False where a screen is drawn inside another page, which keeps its own title and focus. */
export const WholePage = createContext(true);

/** Sets the window's title; "Error: " comes first so that it is the first thing heard. */
export function useTitle(title: string, isWrong = false): void {
  const whole = useContext(WholePage);
  useEffect(() => {
    if (whole) document.title = `${isWrong ? "Error: " : ""}${title} – ${en.appName}`;
  }, [title, isWrong, whole]);
}

/** Moves the focus, and with it a screen reader, to the top of what is new. */
export function useFocusOn<T extends HTMLElement>(change: unknown) {
  const ref = useRef<T>(null);
  const whole = useContext(WholePage);
  useEffect(() => {
    if (!whole) return;
    scrollTo(0, 0);
    ref.current?.focus({ preventScroll: true });
  }, [change, whole]);
  return ref;
}

/** The main part of a screen; a screen drawn inside another page leaves that page its own. */
export function Main({ children, ...rest }: { children: ComponentChildren; class: string }) {
  const Tag = useContext(WholePage) ? "main" : "div";
  return <Tag {...rest}>{children}</Tag>;
}

interface PageProps {
  title: string;
  children: ComponentChildren;
  /** Shows a way back to the home screen. */
  back?: boolean;
  /** Shows the app's name and mark. */
  brand?: boolean;
}

/** The way back to the home screen, at the top. */
export const Back = () => (
  <nav class="bar" aria-label={en.form.back}>
    <a class="bar-link" href={paths.home}>
      <Icon name="back" /> {en.form.back}
    </a>
  </nav>
);

export function Page({ title, children, back = false, brand = false }: PageProps) {
  useTitle(title);
  const heading = useFocusOn<HTMLHeadingElement>(title);
  return (
    <div class="page">
      {back && <Back />}
      {brand && (
        <header class="brand">
          <img src="/icons/icon.svg" alt="" width="32" height="32" /> {en.appName}
        </header>
      )}
      <main class="main">
        <h1 tabIndex={-1} ref={heading}>
          {title}
        </h1>
        {children}
      </main>
    </div>
  );
}

export interface Fault {
  /** Id of the control to go to. */
  target: string;
  text: string;
  href?: string;
}

/** What is wrong, at the top, in focus, each line leading to its place. */
export function ErrorSummary({ faults, seen }: { faults: readonly Fault[]; seen: number }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.focus();
  }, [seen]);
  if (faults.length === 0) return null;
  return (
    <div class="summary" role="alert" tabIndex={-1} ref={box} aria-labelledby="summary-title">
      <h2 id="summary-title">
        <Icon name="warning" /> {en.problem.title}
      </h2>
      <ul>
        {faults.map(({ target, text, href }) => (
          <li key={target}>
            <a
              href={href ?? `#${target}`}
              onClick={(event) => {
                if (href) return;
                event.preventDefault();
                document.getElementById(target)?.focus();
              }}
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A notice inside a screen; "alert" is spoken at once. */
export function Note({
  kind,
  children,
  urgent = false,
}: {
  kind: "info" | "good" | "warn" | "bad";
  children: ComponentChildren;
  urgent?: boolean;
}) {
  return (
    <div class={`note note-${kind}`} role={urgent ? "alert" : undefined}>
      {children}
    </div>
  );
}
