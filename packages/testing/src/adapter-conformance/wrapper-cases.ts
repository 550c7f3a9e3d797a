import { cachedLlmCall, createLlmCache, LlmCacheError } from '@cached-llm/core';
import type { AdapterUnderTest, WrapperUnderTest } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import { copyOf } from './request-copy.ts';
import type { AdapterCase } from './trial.ts';

const NO_CLIENTS = { nothing: undefined, null: null, 'a text': 'a client', 'an object': {} };

function refusalOf({ wrap, remedy }: WrapperUnderTest, client: unknown): unknown {
  try {
    wrap(client as never); // no type prevents it in JavaScript
    return 'accepted';
  } catch (error) {
    const isRefused = error instanceof LlmCacheError && error.code === 'WRONG_CLIENT';
    return isRefused && error.message.includes(remedy) ? 'refused' : error;
  }
}

function refusals(wrapper: WrapperUnderTest): AdapterCase[] {
  const clients = Object.entries({ ...NO_CLIENTS, ...wrapper.wrongClients });
  return clients.map(([name, client]) => ({
    name: `is refused at once if the client is ${name}, and the error has the remedy`,
    only: 'plain',
    async run({ expect }) {
      expect(refusalOf(wrapper, client)).toEqual('refused');
    },
  }));
}

const functionCase: AdapterCase = {
  name: 'is answered again if a function makes it, and the info has the usage that was saved',
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
};

/** The two ways to use an adapter: around a client, and in a function. */
export function wrapperCases<Request>({ wrapper }: AdapterUnderTest<Request>): AdapterCase[] {
  return [functionCase, ...(wrapper === undefined ? [] : refusals(wrapper))];
}
