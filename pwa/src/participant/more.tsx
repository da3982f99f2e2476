/** Reminders, text size, this phone, and the way out. */
import { useState } from "preact/hooks";
import * as api from "../api/participant.ts";
import { wipe } from "../device/db.ts";
import { en } from "../strings/en.ts";
import { Icon } from "../ui/icons.tsx";
import { AccessCards } from "./access.tsx";
import { Note, Page } from "./layout.tsx";
import { LockCard } from "./lock-screens.tsx";
import { platform } from "./platform.ts";
import { forgetChoices, oweSignOut, setTextSize, textSize } from "./prefs.ts";
import { turnOff } from "./push.ts";
import { Reminders } from "./reminders.tsx";
import { paths } from "./router.ts";
import { useAppState } from "./state.ts";
import { orElse, startOver, syncNow } from "./sync.ts";

function TextSize() {
  const [size, setSize] = useState(textSize);
  return (
    <section class="card">
      <h2 id="text-size">
        <Icon name="text" /> {en.settings.text}
      </h2>
      <div class="options" role="radiogroup" aria-labelledby="text-size">
        {en.settings.sizes.map((name, index) => (
          <label class="option" key={name}>
            <input
              type="radio"
              name="text-size"
              checked={size === index}
              onChange={() => {
                setTextSize(index);
                setSize(index);
              }}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
    </section>
  );
}

/** Clears this phone: also with no network, then the server is told next time. */
export async function signOut(): Promise<void> {
  await orElse(turnOff());
  // A round that is under way would put back what it has just asked for.
  await syncNow();
  const result = await api.signOut();
  oweSignOut(!result.ok && result.slug !== "sign-in-needed");
  await orElse(wipe());
  forgetChoices();
  if ("caches" in window) {
    for (const name of await caches.keys()) await caches.delete(name);
  }
  const registration = await navigator.serviceWorker?.getRegistration();
  await registration?.unregister();
  startOver();
}

function ThisPhone({ code, unsent }: { code: string; unsent: number }) {
  const [asking, setAsking] = useState(false);
  return (
    <section class="card">
      <h2>{en.settings.phone}</h2>
      <p>{en.settings.code(code)}</p>
      <p class="hint">{en.settings.build(__BUILD__)}</p>
      {!asking && (
        <button type="button" class="button button-quiet" onClick={() => setAsking(true)}>
          {en.settings.signOut}
        </button>
      )}
      {asking && (
        <Note kind={unsent > 0 ? "bad" : "warn"} urgent>
          <p>{unsent > 0 ? en.settings.signOutUnsent(unsent) : en.settings.signOutBody}</p>
          {unsent === 0 && <p>{en.settings.signOutDrafts}</p>}
          <div class="buttons">
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {en.settings.cancel}
            </button>
            <button type="button" class="button button-bad" onClick={() => void signOut()}>
              {en.settings.signOutYes}
            </button>
          </div>
        </Note>
      )}
    </section>
  );
}

export function MoreScreen() {
  const { me, waiting, unstored } = useAppState();
  if (!me) return null;
  return (
    <Page title={en.home.more} back>
      {!me.exempt && <Reminders me={me} />}
      <TextSize />
      <AccessCards exempt={me.exempt !== null} />
      <LockCard />
      {!platform().installed && (
        <p>
          <a class="more" href={paths.install}>
            <Icon name="plus" /> {en.settings.install}
          </a>
        </p>
      )}
      <ThisPhone code={me.participant_code} unsent={waiting.length + unstored.length} />
    </Page>
  );
}
