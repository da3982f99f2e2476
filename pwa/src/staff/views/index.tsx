/** Which view an address shows. */
import { Page } from "../parts/page";
import { href, type Route } from "../router";
import { t } from "../strings";
import { useStudy } from "../study";
import { AuditView } from "./audit";
import { CompletionView } from "./completion";
import { EnrolView } from "./enrol";
import { EntryView } from "./entry";
import { ExemptView } from "./exempt";
import { ExportsView } from "./exports";
import { FormsView } from "./forms";
import { InstrumentsPlace } from "./instruments";
import { OperatorView } from "./operator";
import { ParticipantPage } from "./participant";
import { ParticipantsView } from "./participants";
import { PeopleView } from "./people-list";
import { PrintView } from "./print";
import { ResponsePage } from "./response";
import { SecondTypingPage } from "./second-typing";
import { StaffView } from "./staff";
import { StudyView } from "./study";
import { TodayView } from "./today";

export function View({ route }: { readonly route: Route }) {
  const [, place = "today", code] = route.segments;
  switch (place) {
    case "today":
      return <TodayView route={route} />;
    case "completion":
      return <CompletionView route={route} />;
    case "forms":
      return <FormsView route={route} />;
    case "people":
      return <PeopleView route={route} />;
    case "participants":
      return code ? <Person code={code} route={route} /> : <ParticipantsView route={route} />;
    case "exempt":
      return <ExemptView route={route} />;
    case "enrol":
      return <EnrolView key={route.query.round ?? ""} />;
    case "print":
      return <PrintView route={route} />;
    case "study":
      return <StudyView />;
    case "instruments":
      return <InstrumentsPlace route={route} />;
    case "exports":
      return <ExportsView />;
    case "reminders":
      return <OperatorView />;
    case "staff":
      return <StaffView />;
    case "audit":
      return <AuditView route={route} />;
    default:
      return <NotThere />;
  }
}

function Person({ code, route }: { readonly code: string; readonly route: Route }) {
  const [, , , part, id, more] = route.segments;
  if (part === "entry") return <EntryView key={code} code={code} route={route} />;
  if (part === "responses" && id && more === "again")
    return <SecondTypingPage key={id} code={code} id={id} />;
  if (part === "responses" && id) return <ResponsePage key={id} code={code} id={id} />;
  return <ParticipantPage key={code} code={code} />;
}

function NotThere() {
  const study = useStudy();
  return (
    <Page title={t.notThere}>
      <p>
        <a href={href([study.key, "today"])}>{t.goToToday}</a>
      </p>
    </Page>
  );
}
