/** The first screen: a code, a tap. A code in the address is filled in, never sent by itself. */
import { useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import type { Me } from "../api/types.ts";
import { isCode, isLinkCode, normalCode, pinOf, shownCode } from "../core/code.ts";
import { release } from "../device/outbox.ts";
import { en, sentence } from "../strings/en.ts";
import { Entry, Field, useAct } from "./entry.tsx";
import { aside } from "./later.tsx";
import { Back, Note } from "./layout.tsx";
import { clearLock } from "./lock.ts";
import { passkeysWork } from "./passkey-here.ts";
import { deviceLabel, platform } from "./platform.ts";
import { go, paths } from "./router.ts";
import { useAppState } from "./state.ts";
import { orElse, syncAfresh, takeMe } from "./sync.ts";

/** The code of an enrolment link: what follows "#", which browsers do not send anywhere. */
export function codeInAddress(pathname: string, hash: string): string {
  const isLink = pathname.replace(/\/$/, "") === "/enrol" && !hash.startsWith("#/");
  const code = isLink ? decodeURIComponent(hash.slice(1)) : "";
  return isLinkCode(code) ? normalCode(code) : shownCode(code);
}

async function comeIn(me: Me): Promise<void> {
  await takeMe(me);
  await orElse(release());
  // Who comes in like this has shown who she is; a number that she may have forgotten is over.
  clearLock();
  // The used code leaves the address; so does the page it stood on.
  history.replaceState(null, "", "/");
  go(paths.home, { replace: true });
  // A round from before the code still says that this phone is signed out.
  void syncAfresh();
}

/** Signs in; answers the sentence that says why not, or null. */
async function signIn(code: string, pin: string | null): Promise<string | null> {
  const result = await api.signIn(normalCode(code), deviceLabel(platform()), pin);
  if (!result.ok) return sentence(result.slug);
  await comeIn(result.data);
  return null;
}

async function signInWithPasskey(): Promise<string | null> {
  const result = await (await aside()).usePasskey();
  if (!result.ok) return sentence(result.slug);
  await comeIn(result.data);
  return null;
}

export function EnrolScreen() {
  const [fromLink] = useState(() => codeInAddress(location.pathname, location.hash));
  const pin = isLinkCode(fromLink);
  const [typed, setTyped] = useState(pin ? "" : fromLink);
  const { error, busy, run } = useAct();
  const { me, lost, locked } = useAppState();
  const words = en.enrol;

  const submit = (): void => {
    const wrong = pin ? !pinOf(typed) && words.notAPin : !isCode(typed) && words.notACode;
    if (wrong) void run(Promise.resolve(wrong));
    else void run(pin ? signIn(fromLink, pinOf(typed)) : signIn(typed, null));
  };
  const lead = fromLink ? words.leadLink : words.lead;

  return (
    <Entry
      title={words.title}
      isWrong={error !== null}
      button={words.button}
      busy={busy}
      onSubmit={submit}
      top={me && !fromLink && <Back />}
      foot={
        !fromLink &&
        passkeysWork() && (
          <button
            type="button"
            class="button button-plain"
            disabled={busy}
            onClick={() => void run(signInWithPasskey())}
          >
            {words.passkey}
          </button>
        )
      }
    >
      {locked && <Note kind="info">{en.lock.forgotten}</Note>}
      {lost && me && <Note kind="warn">{words.again}</Note>}
      {platform().inApp && <Note kind="warn">{words.inApp}</Note>}
      <p class="lead">{pin ? words.leadPin : lead}</p>
      <Field
        label={pin ? words.pin : words.label}
        hint={pin ? words.pinHint : words.hint}
        digits={pin}
        error={error}
        value={typed}
        onInput={setTyped}
        onBlur={() => !pin && isCode(typed) && setTyped(shownCode(typed))}
      />
    </Entry>
  );
}
