/** The frame around every view: skip link, study, site, navigation, and the unofficial banner. */
import { useEffect, useRef } from "preact/hooks";
import { studyPath } from "./api/client";
import type { Study, StudySummary } from "./api/types";
import { Badge, Pick } from "./parts/bits";
import { Loaded } from "./parts/page";
import { useResource } from "./parts/resource";
import { go, href, type Route, replaceQuery, useRoute } from "./router";
import { maySeeAccounts, mayWrite, useSession } from "./session";
import { t } from "./strings";
import { heading, StudyContext, siteName } from "./study";
import { View } from "./views";

type Place = keyof typeof t.nav;

const PLACES: readonly Place[] = [
  "today",
  "completion",
  "participants",
  "exempt",
  "enrol",
  "study",
  "instruments",
  "exports",
  "reminders",
  "staff",
  "audit",
];

const WRITERS_ONLY: ReadonlySet<Place> = new Set(["enrol", "reminders"]);

export function Shell({ onSignOut }: { readonly onSignOut: () => void }) {
  const studies = useResource<readonly StudySummary[]>("/api/studies");
  return (
    <Loaded from={studies}>{(list) => <Opened studies={list} onSignOut={onSignOut} />}</Loaded>
  );
}

interface OpenedProps {
  readonly studies: readonly StudySummary[];
  readonly onSignOut: () => void;
}

function Opened({ studies, onSignOut }: OpenedProps) {
  const route = useRoute();
  const key =
    studies.find((study) => study.key === route.segments[0])?.key ?? studies[0]?.key ?? null;
  const study = useResource<Study>(key === null ? null : studyPath(key));
  const main = useRef<HTMLElement>(null);
  useEffect(() => {
    if (key !== null && route.segments[0] !== key) window.location.replace(href([key, "today"]));
  }, [key, route]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        {t.skip}
      </button>
      <Header studies={studies} study={study.data} route={route} onSignOut={onSignOut} />
      <div class="frame">
        {study.data ? <Navigation study={study.data} route={route} /> : null}
        <main id="main" tabIndex={-1} ref={main}>
          <Loaded from={study}>
            {(data) => (
              <StudyContext.Provider value={data}>
                <View route={route} />
              </StudyContext.Provider>
            )}
          </Loaded>
        </main>
      </div>
    </>
  );
}

interface HeaderProps {
  readonly studies: readonly StudySummary[];
  readonly study: Study | null;
  readonly route: Route;
  readonly onSignOut: () => void;
}

function Header({ studies, study, route, onSignOut }: HeaderProps) {
  const { staff } = useSession();
  return (
    <header class="top">
      <p class="wordmark">{t.product}</p>
      {studies.length > 1 ? (
        <Pick
          label={t.studyLabel}
          value={study?.key ?? ""}
          options={studies.map((one) => ({ value: one.key, label: heading(one.title) }))}
          onPick={(key) => go(href([key, "today"]))}
        />
      ) : (
        <p class="study-title">{heading(study?.title ?? studies[0]?.title ?? "")}</p>
      )}
      {study && !study.official ? (
        <Badge tone="warn">
          <abbr title={study.banner ?? ""}>{t.unofficial}</abbr>
        </Badge>
      ) : null}
      <div class="grow" />
      {study && study.sites.length > 1 ? (
        <Pick
          label={t.site}
          value={route.query.site ?? ""}
          all={t.allSites}
          options={study.sites.map((site) => ({
            value: site.code,
            label: siteName(study, site.code),
          }))}
          onPick={(site) => replaceQuery(route, { site })}
        />
      ) : null}
      <p class="who">
        {t.signedInAs(staff.name || staff.email, t.roles[staff.role] ?? staff.role)}
      </p>
      <button type="button" onClick={onSignOut}>
        {t.signOut}
      </button>
    </header>
  );
}

function Navigation({ study, route }: { readonly study: Study; readonly route: Route }) {
  const { staff } = useSession();
  const places = PLACES.filter(
    (place) =>
      (!WRITERS_ONLY.has(place) || mayWrite(staff)) && (place !== "staff" || maySeeAccounts(staff)),
  );
  const current = placeOf(route);
  return (
    <nav class="main-nav" aria-label={t.mainNavigation}>
      <ul>
        {places.map((place) => (
          <li key={place}>
            <a
              href={href([study.key, place], { site: route.query.site })}
              aria-current={current === place ? "page" : undefined}
            >
              {t.nav[place]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

/** A list behind a number belongs to Completion. */
function placeOf(route: Route): string {
  const place = route.segments[1] ?? "today";
  return place === "forms" || place === "people" ? "completion" : place;
}
