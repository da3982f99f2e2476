/**
 * A paper form typed a second time by somebody else, who does not see what was
 * typed first; then the two are compared, and the sheet decides.
 */
import { useState } from "preact/hooks";
import type { Questionnaire } from "../../core/questionnaire.ts";
import { studyPath, write } from "../api/client";
import type { AnsweredResponse, Given, Verification } from "../api/entries";
import type { ParticipantView, ResponseView } from "../api/types";
import { studyToday } from "../clock";
import { moment } from "../format";
import { Said } from "../parts/bits";
import { useLanding } from "../parts/landing";
import { Loaded, Page } from "../parts/page";
import { ErrorSummary, sentenceFor } from "../parts/problem";
import { asProblem, useResource } from "../parts/resource";
import { href } from "../router";
import { mayWrite, useSession } from "../session";
import { Sheet } from "../sheet/sheet";
import { t } from "../strings";
import { useStudy } from "../study";
import { useAsking } from "./entry";
import { blanks, wrongAnswers } from "./entry-body";
import { Differences, Settle } from "./second-typing-settle";

const words = t.entry.again;
const NOTHING: Given = { answers: {}, skipped: [] };

interface SecondTypingProps {
  readonly code: string;
  readonly id: string;
}

export function SecondTypingPage({ code, id }: SecondTypingProps) {
  const study = useStudy();
  const person = useResource<ParticipantView>(studyPath(study.key, "participants", code));
  return (
    <Page title={words.title(code)}>
      <p>
        <a href={href([study.key, "participants", code])}>{t.entry.back(code)}</a>
      </p>
      <Loaded from={person}>
        {(data) => <Paper person={data} id={id} onNewer={person.put} />}
      </Loaded>
    </Page>
  );
}

interface PaperProps {
  readonly person: ParticipantView;
  readonly id: string;
  readonly onNewer: (person: ParticipantView) => void;
}

/** Which of the three it is: to be typed, to be settled, or done. */
function Paper({ person, id, onNewer }: PaperProps) {
  const { staff } = useSession();
  const [said, setSaid] = useState("");
  const response = person.responses.find((one) => one.id === id);
  const entry = response?.entry;
  if (!response || !entry || response.mode !== "paper") return <p>{words.notPaper}</p>;
  const { verification } = entry;
  if (verification && !verification.agrees) {
    const settled = verification.settled !== null || !mayWrite(staff);
    return (
      <>
        <Said text={said} />
        <Compared person={person} response={response} verification={verification}>
          {(whole, questionnaire) =>
            settled ? (
              <Differences response={whole} questionnaire={questionnaire} />
            ) : (
              <Settle
                response={whole}
                questionnaire={questionnaire}
                person={person}
                onNewer={onNewer}
                onDone={(newer, text) => {
                  setSaid(text);
                  onNewer(newer);
                }}
              />
            )
          }
        </Compared>
      </>
    );
  }
  if (verification)
    return (
      <Said text={words.agrees(verification.by ?? t.person.someone, moment(verification.at))} />
    );
  if (!entry.may_verify) return <p>{words.yours}</p>;
  return <WithText person={person} response={response} onNewer={onNewer} />;
}

interface ComparedProps {
  readonly person: ParticipantView;
  readonly response: ResponseView;
  readonly verification: Verification;
  readonly children: (whole: AnsweredResponse, questionnaire: Questionnaire) => preact.VNode;
}

function Compared({ person, response, verification, children }: ComparedProps) {
  const study = useStudy();
  const { settled } = verification;
  const title = words.differTitle(verification.items.length);
  const landing = useLanding<HTMLHeadingElement>(title);
  const whole = useResource<AnsweredResponse>(
    studyPath(study.key, "participants", person.code, "responses", response.id),
  );
  const text = useText(response);
  return (
    <>
      <h2 tabIndex={-1} ref={landing}>
        {title}
      </h2>
      {settled ? (
        <p>
          {words.settledBy(settled.by ?? t.person.someone, moment(settled.at))}:{" "}
          {settled.correction_id === null ? words.stands : words.becameCorrection}. {settled.reason}
        </p>
      ) : (
        <p class="lead">{words.differLead}</p>
      )}
      <Loaded from={whole}>
        {(data) => (
          <Loaded from={text}>{({ questionnaire }) => children(data, questionnaire)}</Loaded>
        )}
      </Loaded>
    </>
  );
}

function useText(response: ResponseView) {
  return useResource<{ questionnaire: Questionnaire }>(
    `/api/questionnaires/${response.questionnaire_sha ?? ""}`,
  );
}

interface TypingProps {
  readonly person: ParticipantView;
  readonly response: ResponseView;
  readonly onNewer: (person: ParticipantView) => void;
}

function WithText(props: TypingProps) {
  const text = useText(props.response);
  return (
    <Loaded from={text}>
      {({ questionnaire }) => <Typing {...props} questionnaire={questionnaire} />}
    </Loaded>
  );
}

function Typing({
  person,
  response,
  onNewer,
  questionnaire,
}: TypingProps & { readonly questionnaire: Questionnaire }) {
  const study = useStudy();
  const [given, setGiven] = useState<Given>(NOTHING);
  const [sentence, setSentence] = useState<string>();
  const [round, setRound] = useState(0);
  const [running, setRunning] = useState(false);
  useAsking(!running && Object.keys(given.answers).length > 0);
  const missing = blanks(questionnaire, given);

  async function compare(): Promise<void> {
    if (running) return;
    const today = studyToday(study.today, person.zone);
    const wrong = wrongAnswers(questionnaire, given, today).map((one) => one.text);
    setSentence(wrong.length > 0 ? wrong.join(" ") : undefined);
    setRound((before) => before + 1);
    if (wrong.length > 0) return;
    setRunning(true);
    try {
      const path = studyPath(
        study.key,
        "participants",
        person.code,
        "entries",
        response.id,
        "verification",
      );
      onNewer(await write<ParticipantView>("POST", path, { ...given }));
    } catch (error) {
      setSentence(sentenceFor(asProblem(error)));
      setRound((before) => before + 1);
      setRunning(false);
    }
  }

  return (
    <form
      noValidate
      class="form entry"
      onSubmit={(event) => {
        event.preventDefault();
        void compare();
      }}
    >
      <p class="lead">{words.lead}</p>
      {sentence ? <ErrorSummary sentence={sentence} fields={[]} round={round} /> : null}
      <h2 translate={false}>{questionnaire.title}</h2>
      <Sheet questionnaire={questionnaire} given={given} onChange={setGiven} />
      <div class="buttons">
        <button type="submit" class="primary" aria-disabled={running}>
          {running ? words.comparing : missing > 0 ? words.submitBlank(missing) : words.submit}
        </button>
      </div>
    </form>
  );
}
