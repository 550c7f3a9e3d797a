import { describe, expect, test } from '@jest/globals';
import { type Adapter, crossMode, defaultAdapter, type Fields } from '../../src/adapter.ts';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { closedGate, type Gate } from '../flight/gate.ts';
import { chunksOf, settled, startTrial } from '../trial.ts';

interface Question {
  readonly prompt: string;
  readonly stream?: boolean;
  readonly with?: string;
}

/** Answers are `{ text }`, or streams of letters. Where an answer has another field, it has no exact form as a stream. */
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

/** The chunks of a response that is a stream. */
const lettersOf = (response: unknown) => chunksOf(response as AsyncIterable<unknown>);

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
    await lettersOf(await ask(streaming));
    await settled();
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(calls()).toBe(1);
    expect(story()).toEqual(['miss', 'stored', 'hit']);
  });

  test('a stored answer answers a call that streams, with the fields of its request', async () => {
    const { ask, calls } = startLetters();
    await ask(plain);
    await settled();
    expect(await lettersOf(await ask({ ...streaming, with: 'x' }))).toEqual([
      { letter: 'a', with: 'x' },
      { letter: 'b', with: 'x' },
    ]);
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(calls()).toBe(1);
  });

  test('a stored stream answers a call that streams with the same chunks', async () => {
    const { ask, calls } = startLetters();
    const live = await lettersOf(await ask(streaming));
    await settled();
    expect(await lettersOf(await ask(streaming))).toEqual(live);
    expect(calls()).toBe(1);
  });

  test('an answer without an exact other form is a miss, and is replaced', async () => {
    const { ask, calls, story } = startLetters({ text: 'ab', voice: 'low' });
    await ask(plain);
    await settled();
    await lettersOf(await ask(streaming));
    await settled();
    expect(calls()).toBe(2);
    expect(await ask(plain)).toEqual({ text: 'ab' });
    expect(story()).toEqual(['miss', 'stored', 'miss', 'stored', 'hit']);
  });

  test('a call that streams and a call that does not never join each other', async () => {
    const { ask, calls, story } = startLetters();
    const [one, other] = await Promise.all([ask(streaming), ask(plain)]);
    expect(await lettersOf(one)).toHaveLength(2);
    expect(other).toEqual({ text: 'ab' });
    expect(calls()).toBe(2);
    expect(story()).not.toContain('collapsed');
  });

  test('an invalidation by key detaches the calls of both kinds', async () => {
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

  test('both kinds share one key, which differs from the key without crossMode', () => {
    const { ask } = startLetters();
    expect(ask.keyOf(streaming)).toBe(ask.keyOf(plain));
    expect(ask.keyOf({ ...streaming, with: 'x' })).toBe(ask.keyOf(plain));
    expect(ask.with({ crossMode: false }).keyOf(plain)).not.toBe(ask.keyOf(plain));
  });

  test('an adapter without rules behaves as without crossMode', async () => {
    const { cache } = startTrial();
    const say = async (question: Question) => question.prompt;
    const ask = cachedLlmCall(say, { cache });
    const crossing = ask.with({ crossMode: true });
    expect(crossing.keyOf(plain)).toBe(ask.keyOf(plain));
    expect(crossing.keyOf(streaming)).not.toBe(ask.keyOf(plain));
  });
});

test('without crossMode a stored answer does not answer a call that streams, and is not replaced by it', async () => {
  const { ask, calls } = startLetters(undefined, {});
  await ask(plain);
  await settled();
  expect(await lettersOf(await ask(streaming))).toHaveLength(2);
  expect(calls()).toBe(2);
  await lettersOf(await ask.with({ crossMode: true })(streaming));
  expect(calls()).toBe(3);
});
