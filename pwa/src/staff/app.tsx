/**
 * Who is there decides what is shown: the invitation page, the sign-in page,
 * or the console. A session that ends in the middle opens a dialog on top of
 * the page; the page itself stays, with everything typed into it.
 */
import { useCallback, useEffect, useState } from "preact/hooks";
import { type Problem, whenSignInNeeded } from "./api/client";
import type { Staff } from "./api/types";
import { signOut, whenHandedOver } from "./leave";
import { LoadProblem } from "./parts/problem";
import { asProblem } from "./parts/resource";
import { go, type Route, useRoute } from "./router";
import { SessionContext } from "./session";
import { Shell } from "./shell";
import { t } from "./strings";
import { Invitation } from "./views/invitation";
import { SignIn, SignInAgain, whoAmI } from "./views/sign-in";

type Door =
  | { readonly at: "asking" }
  | { readonly at: "trouble"; readonly problem: Problem }
  | { readonly at: "outside"; readonly note?: string }
  | {
      readonly at: "inside";
      readonly staff: Staff;
      readonly epoch: number;
      readonly ended: boolean;
    };

export function App() {
  const route = useRoute();
  const [door, setDoor] = useState<Door>({ at: "asking" });
  const ask = useAsking(setDoor);
  useEffect(() => {
    void ask();
    return whenSignInNeeded((slug) =>
      setDoor((before) => {
        if (before.at !== "inside") return outside(slug);
        if (slug === IN_HAND) startAfresh();
        return { ...before, ended: true };
      }),
    );
  }, [ask]);
  useEffect(() => whenHandedOver(startAfresh), []);

  const token = invitationToken(route);
  if (token !== null)
    return (
      <Invitation
        token={token}
        onAccepted={() => {
          go("#/");
          setDoor({ at: "outside", note: t.invitation.done });
        }}
      />
    );
  if (door.at === "asking") return <p class="quiet door">{t.loading}</p>;
  if (door.at === "trouble")
    return <LoadProblem problem={door.problem} onRetry={() => void ask()} />;
  if (door.at === "outside")
    return (
      <SignIn
        note={door.note}
        onSignedIn={(staff) => setDoor({ at: "inside", staff, epoch: 0, ended: false })}
      />
    );
  return <Inside door={door} setDoor={setDoor} />;
}

const IN_HAND = "tablet-in-hand";

const outside = (slug: string): Door =>
  slug === IN_HAND ? { at: "outside", note: t.tablet.inHand } : { at: "outside" };

function useAsking(setDoor: (door: Door) => void): () => Promise<void> {
  return useCallback(async () => {
    try {
      setDoor({ at: "inside", staff: await whoAmI(), epoch: 0, ended: false });
    } catch (error) {
      const problem = asProblem(error);
      const { slug } = problem;
      const stays = slug === "sign-in-needed" || slug === IN_HAND;
      setDoor(stays ? outside(slug) : { at: "trouble", problem });
    }
  }, [setDoor]);
}

interface InsideProps {
  readonly door: Extract<Door, { at: "inside" }>;
  readonly setDoor: (door: Door) => void;
}

function Inside({ door, setDoor }: InsideProps) {
  const { staff, epoch, ended } = door;
  function back(again: Staff): void {
    // Somebody else must never see, or send under their own name, what the first person typed.
    if (again.email !== staff.email) startAfresh();
    else setDoor({ at: "inside", staff: again, epoch: epoch + 1, ended: false });
  }
  return (
    <SessionContext.Provider value={{ staff, epoch }}>
      <Shell onSignOut={() => void leave()} />
      {ended ? <SignInAgain onSignedIn={back} onSomebodyElse={startAfresh} /> : null}
    </SessionContext.Provider>
  );
}

/** A fresh page holds nothing of the person who left. */
function startAfresh(): void {
  window.history.replaceState(null, "", "#/");
  window.location.reload();
}

async function leave(): Promise<void> {
  await signOut();
  startAfresh();
}

function invitationToken(route: Route): string | null {
  const [first, second] = route.segments;
  return first === "invitation" || first === "invite" ? (second ?? route.query.token ?? "") : null;
}
