import type { AdapterCase } from './adapter-case.ts';
import { ObservedStore } from './observed-store.ts';
import { copyOf, reordered } from './rebuilt.ts';
import { API_KEY } from './trial.ts';

export const answerCases: readonly AdapterCase[] = [
  {
    name: 'is answered again without a request: equal, of the same classes, and a copy',
    async run(trial) {
      const session = await trial.session();
      const live = await session.call();
      const hit = await session.call();
      trial.expectCount(1);
      trial.expectSame(live, hit);
      trial.expect(live === hit).toEqual(false);
      trial.expect(session.story).toEqual(['miss', 'stored', 'hit']);
    },
  },
  {
    name: 'is answered by a second cache on the same store',
    async run(trial) {
      const store = new ObservedStore();
      const live = await (await trial.session({ store })).call();
      const hit = await (await trial.session({ store })).call();
      trial.expectCount(1);
      trial.expectSame(live, hit);
    },
  },
  {
    name: 'is one entry when its very object is passed twice',
    async run(trial) {
      const session = await trial.session();
      const request = copyOf(trial.mode.request);
      await session.callWith(request);
      await session.callWith(request);
      trial.expectCount(1);
    },
  },
  {
    name: 'is one entry in whatever order its fields stand',
    async run(trial) {
      const session = await trial.session();
      await session.call();
      await session.callWith(reordered(trial.mode.request));
      trial.expectCount(1);
    },
  },
  {
    name: 'is one entry for two API keys',
    async run(trial) {
      const store = new ObservedStore();
      await (await trial.session({ store })).call();
      await (await trial.session({ store, apiKey: `${API_KEY}-of-another` })).call();
      trial.expectCount(1);
    },
  },
  {
    name: 'is two entries for two scopes',
    async run(trial) {
      const store = new ObservedStore();
      const scopes = ['alice', 'bob'];
      for (const scope of [...scopes, ...scopes]) {
        await (await trial.session({ store, scope })).call();
      }
      trial.expectCount(2);
    },
  },
];
