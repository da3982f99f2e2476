/** Screens that few people open come in files of their own, so that the first one comes soon. */
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sentence } from "../strings/en.ts";

/** What lies in that file. */
export const aside = () => import("./aside.ts");

/** A component that is fetched when it is first shown; the app's shell keeps its file offline. */
export function later(name: "InstallScreen" | "LockScreen" | "MoreScreen") {
  let found: ComponentType | null = null;
  return function Later() {
    const [state, setState] = useState<"waits" | "here" | "failed">(found ? "here" : "waits");
    useEffect(() => {
      if (found) return;
      aside().then(
        (all) => {
          found = all[name];
          setState("here");
        },
        () => setState("failed"),
      );
    }, []);
    const Found = found;
    if (Found) return <Found />;
    return state === "failed" ? <p role="alert">{sentence("offline")}</p> : null;
  };
}
