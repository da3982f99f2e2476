/** Which of two windows has a form, also on a phone that is slow to say so. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { claim } from "./locks.ts";

const FORM = "sayso-form-1";

/** The browser's locks, where every answer takes as long as the test says. */
class SlowLocks {
  held: string[] = [];
  answersAfter = 0;
  private lost = new Map<string, (reason: Error) => void>();

  readonly request = async (
    name: string,
    how: { ifAvailable?: boolean; steal?: boolean },
    work: (lock: { name: string } | null) => Promise<void> | undefined,
  ): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, this.answersAfter));
    if (this.held.includes(name)) {
      if (!how.steal) return work(null);
      this.lost.get(name)?.(new DOMException("stolen", "AbortError"));
    } else this.held.push(name);
    const taken = new Promise<void>((_, reject) => this.lost.set(name, reject));
    const done = Promise.resolve(work({ name })).then(() => this.letGo(name));
    return Promise.race([done, taken]);
  };

  letGo(name: string): void {
    this.held = this.held.filter((one) => one !== name);
  }
}

describe("a form is claimed by one window", () => {
  let locks: SlowLocks;
  const lost = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    lost.mockReset();
    locks = new SlowLocks();
    vi.stubGlobal("navigator", { locks });
  });

  afterEach(() => {
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  /** What a claim came to, once it is known. */
  function claimed(steal = false): { answer?: (() => void) | null } {
    const found: { answer?: (() => void) | null } = {};
    void claim(FORM, { steal, onLost: lost }).then((answer) => {
      found.answer = answer;
    });
    return found;
  }

  it("however long the phone takes to say that nobody has it", async () => {
    locks.answersAfter = 10_000;
    const mine = claimed();
    await vi.advanceTimersByTimeAsync(9000);
    expect(mine.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(2000);
    expect(mine.answer).toBeTypeOf("function");
    expect(locks.held).toEqual([FORM]);
    mine.answer?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(locks.held).toEqual([]);
    expect(lost).not.toHaveBeenCalled();
  });

  it("not by this one while another has it", async () => {
    locks.held = ["sayso-outbox", FORM];
    const mine = claimed();
    await vi.advanceTimersByTimeAsync(300);
    expect(mine.answer).toBeUndefined();
    await vi.advanceTimersByTimeAsync(200);
    expect(mine.answer).toBeNull();
  });

  it("by this one when another lets go within a moment", async () => {
    locks.held = [FORM];
    const mine = claimed();
    await vi.advanceTimersByTimeAsync(300);
    locks.letGo(FORM);
    await vi.advanceTimersByTimeAsync(200);
    expect(mine.answer).toBeTypeOf("function");
  });

  it("by the one whose person says so, and the other is told", async () => {
    const first = claimed();
    await vi.advanceTimersByTimeAsync(0);
    const second = claimed(true);
    await vi.advanceTimersByTimeAsync(0);
    expect(first.answer).toBeTypeOf("function");
    expect(second.answer).toBeTypeOf("function");
    expect(lost).toHaveBeenCalledTimes(1);
  });
});
