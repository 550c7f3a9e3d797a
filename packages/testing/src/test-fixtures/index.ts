// Fixtures for users' tests: the answers of models are recorded as files to commit, and the tests are answered from them.
// No secret, header or time of a recording is written to a file, and in replay no provider is ever called.
// Start reading in use-llm-fixtures.ts; fixture-store.ts is the folder as a store of the cache.
export {
  type FixtureStore,
  type FixtureStoreOptions,
  fixtureStore,
  openStore,
} from './fixture-store.ts';
export { type PayloadParts, payloadParts } from './payload-parts.ts';
export { placeholderKeys } from './placeholder-keys.ts';
export type { Secret } from './secret-patterns.ts';
export type { TestHooks } from './test-hooks.ts';
export { type UnrecordedCall, UnrecordedCalls, unrecordedText } from './unrecorded-calls.ts';
export { type LlmFixturesOptions, useLlmFixtures } from './use-llm-fixtures.ts';
