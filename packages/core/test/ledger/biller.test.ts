import { manualClock } from '@cached-llm/testing';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Adapter, defaultAdapter } from '../../src/adapter.ts';
import { answerEach } from '../../src/cache/index.ts';
import { cachedLlmCall, createLlmCache, type LlmCache } from '../../src/index.ts';
import { policyForClient } from '../../src/options/index.ts';
import { ValueCodec } from '../../src/response/index.ts';
import { settled } from '../trial.ts';

/** What one request does, in a history of many. */
interface Step {
  readonly prompt: number;
  /** How many callers ask at the same time. */
  readonly callers: number;
  /** Minutes that pass before. */
  readonly minutes: number;
  /** Which of several answers to the prompt is asked for. */
  readonly sample: number;
  /** The items of a batch: some may be the same. */
  readonly items: readonly number[];
  readonly kind: 'ask' | 'batch' | 'refresh' | 'fail' | 'reject' | 'slow' | 'other process';
}

const step: fc.Arbitrary<Step> = fc.record({
  prompt: fc.nat({ max: 2 }),
  callers: fc.integer({ min: 1, max: 3 }),
  minutes: fc.constantFrom(0, 0, 5, 45, 90, 300),
  sample: fc.constantFrom(0, 0, 1),
  items: fc.array(fc.nat({ max: 3 }), { minLength: 1, maxLength: 4 }),
  kind: fc.constantFrom(
    'ask',
    'ask',
    'ask',
    'batch',
    'batch',
    'refresh',
    'fail',
    'reject',
    'slow',
    'other process',
  ),
});

interface Reply {
  readonly micros: number;
  readonly finish_reason: string;
}

/** Micro-dollars of an answer to a prompt. Each answer to it costs the same, so that a bill without a cache is known. */
const priceOf = (prompt: number) => 7 * prompt + 3;

const adapter: Adapter = {
  ...defaultAdapter,
  provider: 'billed',
  usageOf: (reply) => ({ cost: (reply as Reply).micros / 1e6 }), // the function below answers nothing else
};

/** A provider that charges for every answer that it gives, and for no failure. */
function startBiller() {
  const biller = {
    micros: 0,
    isOut: false,
    finish: 'stop',
    gate: Promise.resolve() as Promise<void>,
  };
  const ask = async ({ prompt }: { readonly prompt: number }): Promise<Reply> => {
    const { isOut, finish, gate } = biller;
    await gate;
    if (isOut) throw Object.assign(new Error('overloaded'), { status: 503 });
    biller.micros += priceOf(prompt);
    return { micros: priceOf(prompt), finish_reason: finish };
  };
  const askAll = async (prompts: readonly number[]) => ({
    replies: await Promise.all(prompts.map((prompt) => ask({ prompt }))),
  });
  return { biller, ask, askAll };
}

interface Replies {
  readonly replies: readonly Reply[];
}

/** Asks for many items in one call, as embeddings are asked for. */
function startBatches(cache: LlmCache, askAll: (items: readonly number[]) => Promise<Replies>) {
  const usageOf = (whole: unknown) => adapter.usageOf?.((whole as Replies).replies[0]); // of one item
  const rules = { adapter: { ...adapter, usageOf }, admit: {} };
  const policy = policyForClient(cache.policy, {});
  return (items: readonly number[]) =>
    answerEach<number, Replies>(cache.pipeline, items, {
      callFor: (item) => ({
        identity: { provider: 'billed', operation: 'batch', request: { item } },
        policy,
        codec: new ValueCodec({ rules, request: { item } }) as never, // of values of any type
      }),
      ask: askAll,
      split: ({ replies }) => replies.map((reply) => ({ replies: [reply] })),
      join: (parts) => ({ replies: parts.flatMap(({ replies }) => replies) }),
      invokeUncached: () => askAll(items),
    });
}

const sumOf = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0);

const microsOf = (usd: number | undefined) => Math.round((usd ?? 0) * 1e6);

/** Longer than the cache spares a provider that failed. */
const BACK_OFF_MINUTES = 10;

/** Runs a history. Returns what its requests would have cost without a cache, what was counted, and the true bill. */
async function run(history: readonly Step[]) {
  const clock = manualClock();
  const { biller, ask, askAll } = startBiller();
  const store = new Map<string, unknown>();
  const windows = { ttl: '30m', staleWhileRevalidate: '1h', staleIfError: '4h' } as const;
  const caches = [0, 1].map(() =>
    createLlmCache({ ...windows, softTimeout: 1, store, ledger: false, now: clock.now }),
  );
  const [one, other] = caches.map((cache) => cachedLlmCall(ask, { cache, adapter, name: 'ask' }));
  const askBatch = startBatches(caches[0] as LlmCache, askAll); // there are two
  let without = 0;
  for (const { prompt, sample, items, callers, minutes, kind } of history) {
    clock.advance(minutes * 60_000);
    biller.isOut = kind === 'fail';
    biller.finish = kind === 'reject' ? 'length' : 'stop';
    if (kind === 'batch') {
      await Promise.all(Array.from({ length: callers }, () => askBatch(items)));
      for (let turn = 0; turn < 4; turn++) await settled(); // revalidations end
      without += callers * sumOf(items.map(priceOf));
      continue;
    }
    let open = () => {};
    if (kind === 'slow') {
      biller.gate = new Promise((resolve) => {
        open = resolve;
      });
    }
    const wrapped = (kind === 'other process' ? other : one) as NonNullable<typeof one>; // there are two
    const mode = kind === 'refresh' ? 'refresh' : 'read-write';
    const isOut = kind === 'fail';
    const asked = Array.from({ length: isOut ? 1 : callers }, () =>
      wrapped
        .with({ mode, sample })
        .withInfo({ prompt })
        .catch(() => undefined),
    );
    const answers = Promise.all(asked);
    if (kind === 'slow') await new Promise((resolve) => setTimeout(resolve, 2));
    open();
    await answers;
    for (let turn = 0; turn < 4; turn++) await settled(); // revalidations end
    if (isOut) clock.advance(BACK_OFF_MINUTES * 60_000);
    // A provider that is out charges nothing, and nobody would know of it where the cache had a fresh answer.
    const priced = (await answers).filter((answer) => !isOut || answer?.info.outcome === 'hit');
    without += priced.length * priceOf(prompt);
  }
  await Promise.all(caches.map((cache) => cache.close()));
  const sums = caches.map((cache) => cache.stats().cost);
  const spent = sums.reduce((sum, cost) => sum + microsOf(cost.spent.usd), 0);
  const saved = sums.reduce((sum, cost) => sum + microsOf(cost.saved.usd), 0);
  return { without, spent, saved, billed: biller.micros };
}

test('what requests would have cost without the cache is what was spent and what was saved, to the micro-dollar', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (history) => {
      const { without, spent, saved, billed } = await run(history);
      expect({ spent, without }).toEqual({ spent: billed, without: spent + saved });
    }),
    { numRuns: Number(process.env.BILLER_HISTORIES ?? 150) },
  );
}, 600_000);
