import { describe, expect, test } from '@jest/globals';
import { type Adapter, crossMode, defaultAdapter, type Fields } from '../../src/adapter.ts';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { closedGate, type Gate } from '../flight/gate.ts';
import { settled, startTrial } from '../trial.ts';

interface Question {
  readonly prompt: string;
  readonly stream?: boolean;
  readonly with?: string;
}

/** Answers are `{ text }`, and come in letters; what has more than a text has no other form. */
const letters: Adapter = {
  ...defaultAdapter,
  provider: 'letters',
  ignore: ['stream'],
  rejects: () => undefined,
  stream: { ends: () => false, endsSilently: true, assemble: (chunks) => ({ chunks }) },
  cross: crossMode({
    covers: ({ prompt }) => typeof prompt === 'string',
    ignore: ['with'],
    assemble: (chunks) => ({ text: chunks.map((chunk) => (chunk as Fields).letter).join('') }),
    disassemble: ({ text }, request) => {
      const extra = request === undefined ? {} : { with: request.with };
      return [...String(text)].map((letter) => ({ letter, ...extra }));
    },
  }),
};

async function chunksOf(stream: unknown): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream as AsyncIterable<unknown>) chunks.push(chunk);
  return chunks;
}

const openGate = closedGate();
openGate.open();

function startLetters(
  answer: object = { text: 'ab' },
  { gate = openGate, ...options }: CacheOptions & { gate?: Gate } = { crossMode: true },
) {
  const { cache, story } = startTrial(options);
  let calls = 0;
  async function say(question: Question): Promise<unknown> {
    calls += 1;
    await gate.opened;
    if (question.stream !== true) return answer;
    return (async function* () {
      yield { letter: 'a', live: true };
      yield { letter: 'b', live: true };
    })();
  }
  const ask = cachedLlmCall(say, { cache, adapter: letters });
  return { ask, story, calls: () => calls, cache };
}

const plain = { prompt: 'p' };
const streaming = { prompt: 'p', stream: true };

describe('with crossMode', () => {
  test('a stored stream answers a call that does not stream', async () => {
    const { ask, calls, story } = startLetters();
    await chunksOf(await ask(streaming));
    await settled();
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(calls()).toBe(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('a stored answer answers a call that streams, each as it asks', async () => {
    const { ask, calls } = startLetters();
    await ask(plain);
    await settled();
    expect(await chunksOf(await ask({ ...streaming, with: 'x' }))).toEqual([
      { letter: 'a', with: 'x' },
      { letter: 'b', with: 'x' },
    ]);
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(calls()).toBe(1);
  });

  test('a stream answers its like as it came', async () => {
    const { ask, calls } = startLetters();
    const live = await chunksOf(await ask(streaming));
    await settled();
    expect(await chunksOf(await ask(streaming))).toEqual(live);
    expect(calls()).toBe(1);
  });

  test('what has no exact other form is asked for anew, and replaced', async () => {
    const { ask, calls, story } = startLetters({ text: 'ab', voice: 'low' });
    await ask(plain);
    await settled();
    await chunksOf(await ask(streaming));
    await settled();
    expect(calls()).toBe(2);
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('calls of the two kinds at the same time do not join each other', async () => {
    const { ask, calls, story } = startLetters();
    const [one, other] = await Promise.all([ask(streaming), ask(plain)]);
    expect(await chunksOf(one)).toHaveLength(2);
    expect(other).toEqual({ text: 'ab' });
    expect(calls()).toBe(2);
    expect(story()).not.toContain('collapsed');
  });

  test('invalidating the key detaches the calls of both kinds', async () => {
    const gate = closedGate();
    const { ask, calls, cache } = startLetters(undefined, { crossMode: true, gate });
    const asked = [ask(streaming), ask(plain)];
    await settled();
    expect(calls()).toBe(2);
    await cache.invalidate({ key: ask.keyOf(plain) ?? '' });
    const again = [ask(streaming), ask(plain)];
    gate.open();
    await Promise.all([...asked, ...again]);
    expect(calls()).toBe(4);
  });

  test('both kinds have one key, which is not that of a call without it', () => {
    const { ask } = startLetters();
    expect(ask.keyOf(streaming)).toBe(ask.keyOf(plain));
    expect(ask.keyOf({ ...streaming, with: 'x' })).toBe(ask.keyOf(plain));
    expect(ask.with({ crossMode: false }).keyOf(plain)).not.toBe(ask.keyOf(plain));
  });

  test('an adapter without rules goes on as without it', async () => {
    const { cache } = startTrial();
    const say = async (question: Question) => question.prompt;
    const ask = cachedLlmCall(say, { cache });
    const crossing = ask.with({ crossMode: true });
    expect(crossing.keyOf(plain)).toBe(ask.keyOf(plain));
    expect(crossing.keyOf(streaming)).not.toBe(ask.keyOf(plain));
  });
});

test('without crossMode neither answers the other, and what is stored stays what it is', async () => {
  const { ask, calls } = startLetters(undefined, {});
  await ask(plain);
  await settled();
  expect(await chunksOf(await ask(streaming))).toHaveLength(2);
  expect(calls()).toBe(2);
  await chunksOf(await ask.with({ crossMode: true })(streaming));
  expect(calls()).toBe(3);
});
