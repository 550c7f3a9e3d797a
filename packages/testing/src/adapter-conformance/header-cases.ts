import type { AdapterCase } from './adapter-case.ts';
import { ObservedStore } from './observed-store.ts';

/** What differs from one release of an SDK, one process and one attempt to the next. */
const NEUTRAL = {
  'user-agent': 'conformance/1.2.3',
  'x-stainless-package-version': '1.2.3',
  'x-fern-sdk-version': '1.2.3',
  'x-goog-api-client': 'conformance/1.2.3',
  'x-request-id': 'conformance-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

export const headerCases: readonly AdapterCase[] = [
  {
    name: 'is one entry whoever the client says it is, and whatever traces the request',
    needs: ['headers'],
    async run(trial) {
      const store = new ObservedStore();
      await (await trial.session({ store, headers: NEUTRAL })).call();
      const [request] = trial.wire.requests;
      trial.expect(request?.headers['x-request-id']).toEqual(NEUTRAL['x-request-id']);
      await (await trial.session({ store })).call();
      trial.expectCount(1);
    },
  },
  {
    name: 'is another entry with a header that nobody knows',
    needs: ['headers'],
    async run(trial) {
      const store = new ObservedStore();
      const headers = { 'x-conformance': 'other' };
      await (await trial.session({ store })).call();
      await (await trial.session({ store, headers })).call();
      await (await trial.session({ store, headers })).call();
      trial.expectCount(2);
    },
  },
  {
    name: 'is another entry at another place',
    async run(trial) {
      const store = new ObservedStore();
      const wire = await trial.wireElsewhere();
      await (await trial.session({ store })).call();
      await (await trial.session({ store, wire })).call();
      await (await trial.session({ store, wire })).call();
      trial.expectCount(1);
      trial.expect(wire.requests.length).toEqual(1);
    },
  },
];
