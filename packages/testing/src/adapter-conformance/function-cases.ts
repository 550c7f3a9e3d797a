import { cachedLlmCall, createLlmCache } from '@cached-llm/core';
import type { AdapterCase } from './adapter-case.ts';
import { ObservedStore } from './observed-store.ts';
import { copyOf } from './rebuilt.ts';

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
