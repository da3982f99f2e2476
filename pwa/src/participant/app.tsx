/** Chooses the screen. */
import { useEffect } from "preact/hooks";
import { wouldLose } from "../device/drafts.ts";
import { DoneScreen } from "./done.tsx";
import { EnrolScreen } from "./enrol.tsx";
import { FormScreen } from "./form.tsx";
import { HomeScreen } from "./home.tsx";
import { later } from "./later.tsx";
import { useRoute } from "./router.ts";
import { useAppState } from "./state.ts";
import { syncNow } from "./sync.ts";
import { takeOver } from "./updates.ts";

const MoreScreen = later("MoreScreen");
const LockScreen = later("LockScreen");
const InstallScreen = later("InstallScreen");

/** Whether the page was opened by the link that a coordinator hands out. */
export const isEnrolmentLink = (): boolean =>
  location.pathname.startsWith("/enrol") && !location.hash.startsWith("#/");

export function App() {
  const route = useRoute();
  const { started, me, locked, update, unstored } = useAppState();

  useEffect(() => {
    // A new version is taken over only here, where nothing is being answered, and never while
    // answers live in this page alone.
    if (update && route.name === "home" && unstored.length === 0 && !wouldLose()) takeOver(update);
  }, [update, route.name, unstored]);

  useEffect(() => {
    if (started && me && route.name === "home") void syncNow();
  }, [route.name]);

  if (!started) return null;
  if (!me || isEnrolmentLink() || route.name === "enrol") return <EnrolScreen />;
  if (locked) return <LockScreen />;
  switch (route.name) {
    case "question":
    case "review":
      return <FormScreen key={route.form} route={route} />;
    case "done":
      return <DoneScreen response={route.response} />;
    case "more":
      return <MoreScreen />;
    case "install":
      return <InstallScreen />;
    default:
      return <HomeScreen />;
  }
}
