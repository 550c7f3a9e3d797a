import { cachedLlmCall, createLlmCache, LlmCacheError } from '@cached-llm/core';
import type { AdapterUnderTest, DoorUnderTest } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import { copyOf } from './rebuilt.ts';
import type { AdapterCase } from './trial.ts';

const NO_CLIENTS = { nothing: undefined, null: null, 'a text': 'a client', 'an object': {} };

function refusalOf({ open, remedy }: DoorUnderTest, stranger: unknown): unknown {
  try {
    open(stranger as never); // no type keeps it out in JavaScript
    return 'let in';
  } catch (error) {
    const isRefused = error instanceof LlmCacheError && error.code === 'WRONG_CLIENT';
    return isRefused && error.message.includes(remedy) ? 'refused' : error;
  }
}

export function doorCases<Request>({ door }: AdapterUnderTest<Request>): AdapterCase[] {
  if (door === undefined) return [];
  const strangers = Object.entries({ ...NO_CLIENTS, ...door.strangers });
  return strangers.map(([name, stranger]) => ({
    name: `is refused to ${name} at once, with what to write`,
    only: 'plain',
    async run({ expect }) {
      expect(refusalOf(door, stranger)).toEqual('refused');
    },
  }));
}

export const functionCases: readonly AdapterCase[] = [
  {
    name: 'is answered again where a function makes it, which is told what that saves',
    needs: ['functions'],
    async run(trial) {
      const { adapter, usage } = trial.subject.functions ?? {};
      const { mode, expect } = trial;
      const bare = await trial.session({ mode: 'off' });
      const cache = createLlmCache({ store: new ObservedStore() });
      const call = cachedLlmCall(
        async function call(request: typeof mode.request) {
          return bare.ask(request);
        },
        { cache, adapter },
      );
      const live = await call.withInfo(copyOf(mode.request));
      const first = await mode.read(live.response);
      const hit = await call.withInfo(copyOf(mode.request));
      expect(await mode.read(hit.response)).toEqual(first);
      expect([live.info.outcome, hit.info.outcome]).toEqual(['miss', 'hit']);
      if (mode.name === 'plain') expect(hit.info.saved?.usage).toEqual(usage);
      trial.expectCount(1);
      await cache.close();
    },
  },
];
