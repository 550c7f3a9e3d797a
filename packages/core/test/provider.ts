/** The request in these tests. */
export interface Question {
  readonly prompt: string;
  readonly [field: string]: unknown;
}

interface Reply {
  text: string;
}

export interface Provider {
  /** Every question that reached the provider. */
  readonly calls: Question[];
  readonly ask: (question: Question) => Promise<Reply>;
}

/** Answers each call with its number, so that two answers are never equal by chance. */
export function startProvider(): Provider {
  const calls: Question[] = [];
  async function ask(question: Question): Promise<Reply> {
    calls.push(question);
    return { text: `answer ${calls.length}` };
  }
  return { calls, ask };
}

/** Answers with each of `turns` once, in order, and then always with the last one. An error is thrown. */
export function startTurns(...turns: readonly unknown[]): { count: number; ask: Provider['ask'] } {
  const provider = {
    count: 0,
    async ask(_question: Question): Promise<Reply> {
      const turn = turns[Math.min(provider.count, turns.length - 1)];
      provider.count += 1;
      if (turn instanceof Error || turn instanceof DOMException) throw turn;
      return turn as Reply; // each test says what its provider answers
    },
  };
  return provider;
}

export const QUESTION: Question = { prompt: 'Why is the sky blue?' };
