import type { AdapterUnderTest, Variations } from './adapter-under-test.ts';
import { ObservedStore } from './observed-store.ts';
import { copyOf, reordered } from './request-copy.ts';
import { type AdapterCase, API_KEY, type Trial } from './trial.ts';

const requestCases: readonly AdapterCase[] = [
  {
    name: 'is one entry when the same object is passed twice',
    async run(trial) {
      const session = await trial.session();
      const request = copyOf(trial.mode.request);
      await session.callWith(request);
      await session.callWith(request);
      trial.expectCount(1);
    },
  },
  {
    name: 'is one entry whatever the order of its fields',
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

/** The base request with a change. */
function varied<Request>(
  { mode }: Trial<Request>,
  variations: Variations<Request> | undefined,
  name: string,
): Request {
  const vary = variations?.[name];
  if (vary === undefined) throw new Error(`There is no variation '${name}'.`);
  return vary(copyOf(mode.request));
}

const nearMiss = (name: string): AdapterCase => ({
  name: `is another entry with ${name}`,
  async run(trial) {
    // The wire has one answer, which is not the JSON that a near miss may ask for.
    const session = await trial.session({ admit: { malformed: true } });
    const other = varied(trial, trial.subject.nearMisses, name);
    await session.call();
    await session.call(other);
    trial.expectCount(2);
    await session.call(other);
    trial.expectCount(2);
  },
});

const neutral = (name: string): AdapterCase => ({
  name: `is the same entry with ${name}`,
  async run(trial) {
    const session = await trial.session();
    const live = await session.call();
    const hit = await session.call(varied(trial, trial.subject.neutral, name));
    trial.expectCount(1);
    trial.expectSame(live, hit);
  },
});

const nearMissesAmongThemselves = (names: readonly string[]): AdapterCase => ({
  name: 'is as many entries as there are near misses',
  async run(trial) {
    const session = await trial.session();
    const hits: string[] = [];
    for (const name of names) {
      const before = trial.count;
      await session.call(varied(trial, trial.subject.nearMisses, name));
      if (trial.count === before) hits.push(name);
    }
    trial.expect(hits).toEqual([]);
  },
});

/** Headers that differ from one release of an SDK, one process and one attempt to the next. */
const NEUTRAL = {
  'user-agent': 'conformance/1.2.3',
  'x-stainless-package-version': '1.2.3',
  'x-fern-sdk-version': '1.2.3',
  'x-goog-api-client': 'conformance/1.2.3',
  'x-request-id': 'conformance-1',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
};

const headerCases: readonly AdapterCase[] = [
  {
    name: 'is one entry whatever names the client, and whatever traces the request',
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
    name: 'is another entry with an unknown header',
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
    name: 'is another entry at another base URL',
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

/** What the key covers: near misses have keys of their own, neutral changes have none. */
export function keyCases<Request>(subject: AdapterUnderTest<Request>): AdapterCase[] {
  const names = Object.keys(subject.nearMisses);
  return [
    ...requestCases,
    ...names.map(nearMiss),
    nearMissesAmongThemselves(names),
    ...Object.keys(subject.neutral ?? {}).map(neutral),
    ...headerCases,
  ];
}
