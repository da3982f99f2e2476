/** The lock of the app: the screen that asks for the number, and the card that sets it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { en } from "../strings/en.ts";
import { Card, Quiet } from "./access.tsx";
import { Entry, Field, useAct } from "./entry.tsx";
import { clearLock, isLockOn, lockNumber, setLock, tryNumber } from "./lock.ts";
import { paths } from "./router.ts";

const words = en.lock;

/** Shown in place of everything else; says nothing about the study or what is to do. */
export function LockScreen() {
  const [typed, setTyped] = useState("");
  const { error, busy, run } = useAct();
  const open = async (): Promise<string | null> => {
    const number = lockNumber(typed);
    if (!number) return words.notANumber;
    const answer = await tryNumber(number);
    if (answer === 0) return null;
    setTyped("");
    return answer < 0 ? words.wrong : words.wait(answer);
  };
  return (
    <Entry
      title={words.title}
      isWrong={error !== null}
      button={words.open}
      busy={busy}
      onSubmit={() => void run(open())}
      foot={
        <a class="button button-plain" href={paths.enrol}>
          {words.forgot}
        </a>
      }
    >
      <Field
        label={words.label}
        hint={words.hint}
        digits
        secret
        error={error}
        value={typed}
        onInput={setTyped}
      />
    </Entry>
  );
}

/** Sets the number and takes it away again; what is typed is seen, so that it need not be twice. */
export function LockCard() {
  const [on, setOn] = useState(isLockOn);
  const [typed, setTyped] = useState<string | null>(null);
  const { error, busy, run } = useAct();
  const asks = typed !== null;
  const card = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    // What was tapped is gone now; the focus goes to what has come in its place.
    if (!first.current) (document.getElementById("code") ?? card.current)?.focus();
    first.current = false;
  }, [asks, on]);
  const set = async (): Promise<string | null> => {
    const number = lockNumber(typed ?? "");
    if (!number) return words.notANumber;
    if (!(await setLock(number))) return words.failed;
    setOn(true);
    setTyped(null);
    return null;
  };
  const take = async (): Promise<void> => {
    clearLock();
    setOn(false);
  };
  return (
    <div ref={card} tabIndex={-1}>
      <Card icon="lock" title={words.cardTitle} lead={on ? words.isOn : words.card} error={null}>
        {on && <p class="hint">{words.ifForgotten}</p>}
        {on && <Quiet text={words.off} onClick={take} />}
        {!on && !asks && <Quiet text={words.choose} onClick={async () => setTyped("")} />}
        {!on && asks && (
          <form
            class="card-form"
            noValidate
            onSubmit={(event) => {
              event.preventDefault();
              if (!busy) void run(set());
            }}
          >
            <Field
              label={words.label}
              hint={words.hint}
              digits
              error={error}
              value={typed}
              onInput={setTyped}
            />
            <button type="submit" class="button" disabled={busy}>
              {words.cardTitle}
            </button>
          </form>
        )}
      </Card>
    </div>
  );
}
