import { setImmediate as turn } from 'node:timers/promises';
import { cachedLlmCall, type LlmCache } from '@cached-llm/core';

interface Question {
  readonly prompt: string;
  readonly stream: boolean;
}

export interface SoakCounts {
  calls: number;
  failed: number;
  wrong: number;
  upstream: number;
}

const DISTINCT = 5_000;
/** One call out of this many is a stream, is left early, or invalidates a tag. */
const EVERY = { stream: 10, leave: 97, invalidate: 9_973 } as const;
const WORDS = Array.from({ length: 20 }, (_, place) => `word ${place} `);

function answerTo(prompt: string): string {
  return WORDS.map((word) => prompt + word).join('');
}

async function readTo(stream: AsyncIterable<string>, isLeft: boolean): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += chunk;
    if (isLeft) break;
  }
  return text;
}

/** The calls of an application: repeated and new ones, streams, streams that are left early, and invalidations. */
export class SoakCalls {
  readonly counts: SoakCounts = { calls: 0, failed: 0, wrong: 0, upstream: 0 };
  readonly #cache: LlmCache;
  readonly #ask;
  readonly #stream;

  constructor(cache: LlmCache) {
    const { counts } = this;
    this.#cache = cache;
    const options = { cache, provider: 'soak', tags: ['soak'] };
    this.#ask = cachedLlmCall(async function ask({ prompt }: Question) {
      counts.upstream += 1;
      await turn(); // as in a real call: without a turn of the event loop the breaker never closes
      return { text: answerTo(prompt) };
    }, options);
    this.#stream = cachedLlmCall(async function* stream({ prompt }: Question) {
      counts.upstream += 1;
      await turn();
      for (const word of WORDS) yield prompt + word;
    }, options);
  }

  /** Makes one call, and counts its outcome. */
  async make(number: number): Promise<void> {
    this.counts.calls += 1;
    try {
      if (!(await this.#isRight(number))) this.counts.wrong += 1;
      if (number % EVERY.invalidate === 0) await this.#cache.invalidate({ tag: 'soak' });
    } catch {
      this.counts.failed += 1;
    }
  }

  async #isRight(number: number): Promise<boolean> {
    const isStream = number % EVERY.stream === 0;
    // The prompts are spread over all questions, and are the same in every run.
    const prompt = `question ${(number * 7919) % DISTINCT}`;
    const question = { prompt, stream: isStream };
    if (!isStream) return (await this.#ask(question)).text === answerTo(prompt);
    const isLeft = number % EVERY.leave === 0;
    const text = await readTo(await this.#stream(question), isLeft);
    return isLeft ? answerTo(prompt).startsWith(text) : text === answerTo(prompt);
  }
}
