// What a program needs that records or replays whole commands: the folder as a store, its scrubber, and what was not recorded.
// It never loads a conformance suite, a server or an SDK.
// Start reading in test-fixtures/fixture-store.ts.
export {
  type FixtureStore,
  type FixtureStoreOptions,
  fixtureStore,
  type PayloadParts,
  payloadParts,
  placeholderKeys,
  type UnrecordedCall,
  UnrecordedCalls,
  unrecordedText,
} from './test-fixtures/index.ts';
