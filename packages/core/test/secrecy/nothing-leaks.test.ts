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

/** Everything that is worth an event or a row, and all that was said of it. */
async function liveThrough({ cache, clock, events, story }: Trial): Promise<unknown[]> {
  const ask = cachedLlmCall(answer, { cache, scope: SCOPE, tags: [TAG] });
  const said: unknown[] = [events, cache, ask];
  const asked = async (question: Question) => {
    said.push((await ask.withInfo(question)).info, ask.keyOf(question));
  };
  await asked({ prompt: PROMPT });
  await asked({ prompt: PROMPT });
  await asked({ prompt: `${PROMPT} cut` });
  await asked({ prompt: PROMPT, [`${PROMPT} as a key`]: () => {} });
  for await (const _ of await cachedLlmCall(stream, { cache, scope: SCOPE })(PROMPT));
  while (story().filter((name) => name === 'stored').length < 2) await settled();
  said.push(await cache.expire({ tag: TAG }), await cache.invalidate({ tag: `${TAG}-2` }));
  clock.advance(1);
  await asked({ prompt: PROMPT });
  await asked({ prompt: `${PROMPT} 2` });
  const replay = ask.with({ mode: 'replay' })({ prompt: `${PROMPT} 3` });
  said.push(await replay.catch((error: unknown) => error), cache.stats(), JSON.stringify(cache));
  return said;
}

describe.each(DUMPED_STORES)('under a secret, in %s', (_name, open) => {
  let opened: DumpedStore;
  let dump: Buffer;
  const said: unknown[] = [];
  beforeAll(async () => {
    const hear = (warning: unknown) => said.push(warning);
    process.on('warning', hear);
    opened = await open();
    const options: CacheOptions = { store: opened.store, secret: SECRET, ...PATIENT };
    const trials = [{}, { namespace: 'small', compress: 100 }].map((more) =>
      startTrial({ ...options, scope: SCOPE, tags: [TAG], ...more }),
    );
    for (const trial of trials) said.push(...(await liveThrough(trial)));
    for (const { cache } of trials) await cache.close(); // what is counted is written down, too
    dump = await opened.dump();
    process.off('warning', hear);
  });
  afterAll(() => opened.close());

  test('no prompt, answer, scope, tag or secret is in any byte of the store', () => {
    expect(dump.includes('cached-llm:2:')).toBe(true); // it is a dump, and of this cache
    const found = WHISPERS.filter(
      (text) => dump.includes(text) || dump.includes(text, 0, 'utf16le'),
    );
    expect(found).toEqual([]);
  });

  test('nor is any of them said in events, infos, errors, statistics, warnings or by the cache itself', () => {
    const shown = inspect(said, { depth: 20, maxArrayLength: null });
    expect(shown).toContain('not-admitted');
    expect(WHISPERS.filter((text) => shown.includes(text))).toEqual([]);
  });
});

test('a cache shows no secret, scope or tag to who prints it', () => {
  const options = { secrets: [SECRET], scope: SCOPE, tags: [TAG] };
  const { cache } = startTrial(options);
  const shown = [inspect(cache, { depth: 20 }), JSON.stringify(cache), String(cache)].join();
  expect(WHISPERS.filter((text) => shown.includes(text))).toEqual([]);
  expect(cache.policy.scope).toBe(SCOPE);
});
