import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CacheOptions, cachedLlmCall } from '../../src/index.ts';
import { DUMPED_STORES, type DumpedStore } from '../inspection/dumped-stores.ts';
import { settled, startTrial, type Trial } from '../trial.ts';
import { SECRET } from './secret-texts.ts';

const PROMPT = 'whisper-prompt';
const ANSWER = 'whisper-answer';
const SCOPE = 'whisper-scope-of-alice@example.com';
const TAG = 'whisper-tag';
const WHISPERS = ['whisper', SECRET, SECRET.slice(0, 12), Buffer.from(SECRET).toString('base64')];

const PATIENT = { storeTimeout: '30s', lease: false } as const;

interface Question {
  readonly prompt: string;
  readonly [field: string]: unknown;
}

async function answer({ prompt }: Question) {
  const finish = prompt.endsWith('cut') ? 'length' : 'stop';
  return { text: `${ANSWER} to ${prompt} `.repeat(200), finish_reason: finish };
}

async function* stream(prompt: string): AsyncGenerator<unknown, void, undefined> {
  yield {
    choices: [{ index: 0, delta: { content: `${ANSWER} ${prompt}` }, finish_reason: 'stop' }],
  };
}

/** Makes every kind of event and row. Returns everything that a user could print of it. */
async function useEverything({ cache, clock, events, story }: Trial): Promise<unknown[]> {
  const ask = cachedLlmCall(answer, { cache, scope: SCOPE, tags: [TAG] });
  const shown: unknown[] = [events, cache, ask];
  const asked = async (question: Question) => {
    shown.push((await ask.withInfo(question)).info, ask.keyOf(question));
  };
  await asked({ prompt: PROMPT });
  await asked({ prompt: PROMPT });
  await asked({ prompt: `${PROMPT} cut` });
  await asked({ prompt: PROMPT, [`${PROMPT} as a key`]: () => {} });
  for await (const _ of await cachedLlmCall(stream, { cache, scope: SCOPE })(PROMPT));
  while (story().filter((name) => name === 'stored').length < 2) await settled();
  shown.push(await cache.expire({ tag: TAG }), await cache.invalidate({ tag: `${TAG}-2` }));
  clock.advance(1);
  await asked({ prompt: PROMPT });
  await asked({ prompt: `${PROMPT} 2` });
  const replay = ask.with({ mode: 'replay' })({ prompt: `${PROMPT} 3` });
  shown.push(await replay.catch((error: unknown) => error), cache.stats(), JSON.stringify(cache));
  return shown;
}

describe.each(DUMPED_STORES)('under a secret, in %s', (_name, open) => {
  let opened: DumpedStore;
  let dump: Buffer;
  const shown: unknown[] = [];
  beforeAll(async () => {
    const collect = (warning: unknown) => shown.push(warning);
    process.on('warning', collect);
    opened = await open();
    const options: CacheOptions = { store: opened.store, secret: SECRET, ...PATIENT };
    const trials = [{}, { namespace: 'small', compress: 100 }].map((more) =>
      startTrial({ ...options, scope: SCOPE, tags: [TAG], ...more }),
    );
    for (const trial of trials) shown.push(...(await useEverything(trial)));
    for (const { cache } of trials) await cache.close(); // closing writes the counts
    dump = await opened.dump();
    process.off('warning', collect);
  });
  afterAll(() => opened.close());

  test('no byte of the store holds a prompt, an answer, a scope, a tag or a secret', () => {
    expect(dump.includes('cached-llm:2:')).toBe(true); // the dump is one of this cache
    const found = WHISPERS.filter(
      (text) => dump.includes(text) || dump.includes(text, 0, 'utf16le'),
    );
    expect(found).toEqual([]);
  });

  test('no event, info, error, statistic or warning holds one of them, and neither does the cache itself', () => {
    const text = inspect(shown, { depth: 20, maxArrayLength: null });
    expect(text).toContain('not-admitted');
    expect(WHISPERS.filter((whisper) => text.includes(whisper))).toEqual([]);
  });
});

test('a printed cache shows no secret, scope or tag', () => {
  const options = { secrets: [SECRET], scope: SCOPE, tags: [TAG] };
  const { cache } = startTrial(options);
  const shown = [inspect(cache, { depth: 20 }), JSON.stringify(cache), String(cache)].join();
  expect(WHISPERS.filter((text) => shown.includes(text))).toEqual([]);
  expect(cache.policy.scope).toBe(SCOPE);
});
