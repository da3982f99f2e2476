/** A questionnaire being looked at: it takes answers like the real thing, and keeps none. */
import type { Answers, Questionnaire, Value } from "../../core/questionnaire";
import type { Answering, AnsweringState } from "../../participant/question.tsx";

export class PreviewSession implements Answering {
  state: AnsweringState;
  private readonly changed: (state: AnsweringState) => void;

  constructor(questionnaire: Questionnaire, changed: (state: AnsweringState) => void) {
    this.changed = changed;
    this.state = {
      questionnaire,
      draft: { answers: {}, skipped: [] },
      saved: "nothing",
      notice: null,
    };
  }

  answer(item: string, value: Value | undefined): void {
    const { answers, skipped } = this.given;
    const { [item]: _gone, ...others } = answers;
    if (value === undefined) this.write(others, skipped);
    else
      this.write(
        { ...others, [item]: value },
        skipped.filter((one) => one !== item),
      );
  }

  skip(item: string, isSkipped: boolean): void {
    const { answers, skipped } = this.given;
    const { [item]: _gone, ...others } = answers;
    const without = skipped.filter((one) => one !== item);
    this.write(isSkipped ? others : answers, isSkipped ? [...without, item] : without);
  }

  arrive(): void {}

  settled(): Promise<void> {
    return Promise.resolve();
  }

  private get given(): NonNullable<AnsweringState["draft"]> {
    return this.state.draft ?? { answers: {}, skipped: [] };
  }

  private write(answers: Answers, skipped: string[]): void {
    this.state = { ...this.state, draft: { answers, skipped } };
    this.changed(this.state);
  }
}
