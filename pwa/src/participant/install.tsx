/** How to put the app on the home screen, for the phone in the person's hand. */
import { useState } from "preact/hooks";
import { en } from "../strings/en.ts";
import { Icon, type IconName } from "../ui/icons.tsx";
import { Note, Page } from "./layout.tsx";
import { canPrompt, platform, promptInstall } from "./platform.ts";

function Steps({ steps, icons }: { steps: readonly string[]; icons: readonly IconName[] }) {
  return (
    <ol class="steps">
      {steps.map((text, index) => (
        <li key={text}>
          <span class="step-picture">
            <Icon name={icons[index] ?? "tick"} />
          </span>
          {text}
        </li>
      ))}
    </ol>
  );
}

export function InstallScreen() {
  const { os, installed, safari, inApp } = platform();
  const [done, setDone] = useState(installed);
  const [offered] = useState(canPrompt);
  return (
    <Page title={en.install.title} back>
      <p class="lead">{done ? en.install.done : en.install.lead}</p>
      {inApp && <Note kind="warn">{en.enrol.inApp}</Note>}
      {!done && offered && (
        <button
          type="button"
          class="button"
          onClick={() => void promptInstall().then((yes) => setDone(yes))}
        >
          {en.install.button}
        </button>
      )}
      {!done && !offered && os === "ios" && (
        <>
          {!safari && <Note kind="warn">{en.install.iosOther}</Note>}
          <Steps steps={en.install.ios} icons={["share", "plus", "home"]} />
          <p>{en.install.iosNote}</p>
        </>
      )}
      {!done && !offered && os === "android" && (
        <Steps steps={en.install.android} icons={["dots", "plus", "home"]} />
      )}
      {!done && !offered && os === "other" && <p>{en.install.desktop}</p>}
    </Page>
  );
}
