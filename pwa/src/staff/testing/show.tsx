/** Puts a view on the page with a session and a study around it, as the shell does. */
import { render } from "@testing-library/preact";
import type { ComponentChild } from "preact";
import type { Staff, Study } from "../api/types";
import { parseRoute, type Route } from "../router";
import { SessionContext } from "../session";
import { StudyContext } from "../study";
import { ann, study } from "./people";

export function show(view: ComponentChild, staff: Staff = ann, of: Study = study) {
  return render(
    <SessionContext.Provider value={{ staff, epoch: 0 }}>
      <StudyContext.Provider value={of}>
        <main>{view}</main>
      </StudyContext.Provider>
    </SessionContext.Provider>,
  );
}

/** Sets the address as a link would and gives the route that belongs to it. */
export function visit(hash: string): Route {
  window.location.hash = hash;
  return parseRoute(hash);
}
