/** How to put the app on the home screen, for the phone and browser in the person's hand. */
import { useState } from "preact/hooks";
import { en } from "../strings/en.ts";
import { OtherPhone } from "./access.tsx";
import { Drawing, type Place } from "./drawings.tsx";
import { Note, Page } from "./layout.tsx";
import { canPrompt, type Guide, guide, platform, promptInstall } from "./platform.ts";
import { useAppState } from "./state.ts";

const words = en.install;

const pictures: Readonly<Partial<Record<Guide, readonly Place[]>>> = {
  ios: ["bottom", "row", "home"],
  chrome: ["top", "row", "home"],
  samsung: ["menu", "row", "home"],
  firefox: ["top", "row", "home"],
};

function Steps({ kind }: { kind: "ios" | "chrome" | "samsung" | "firefox" }) {
  return (
    <ol class="steps">
      {words.steps[kind].map((text, index) => (
        <li key={text}>
          <Drawing place={pictures[kind]?.[index] ?? "home"} />
          <span>
            <b>{index + 1}.</b> {text}
          </span>
        </li>
      ))}
    </ol>
  );
}

export function InstallScreen() {
  const { me } = useAppState();
  const [done, setDone] = useState(platform().installed);
  const [offered] = useState(canPrompt);
  const kind = guide(platform());
  if (done) {
    return (
      <Page title={words.title} back>
        <p class="lead">{words.done}</p>
      </Page>
    );
  }
  return (
    <Page title={words.title} back>
      <p class="lead">{words.lead}</p>
      {kind === "in-app" && <Note kind="warn">{en.enrol.inApp}</Note>}
      {kind === "ios-other" && <Note kind="warn">{words.iosOther}</Note>}
      {kind === "desktop" && !offered && <p>{words.desktop}</p>}
      {offered && (
        <button
          type="button"
          class="button"
          onClick={() => void promptInstall().then((yes) => setDone(yes))}
        >
          {words.button}
        </button>
      )}
      {!offered &&
        (kind === "ios" || kind === "chrome" || kind === "samsung" || kind === "firefox") && (
          <Steps kind={kind} />
        )}
      {kind === "ios" && me && !me.exempt && (
        <OtherPhone title={words.codeTitle} lead={words.iosNote} />
      )}
    </Page>
  );
}
