export {
  coveredBy,
  type DistinctKeysParts,
  distinctKeys,
  posted,
} from './adapter-checks/distinct-keys.ts';
export { type CrossedAnswer, exactCrossings } from './adapter-checks/exact-crossings.ts';
export {
  type ServedTwiceParts,
  servedTwice,
  startRecorded,
} from './adapter-checks/served-twice.ts';
export { type AroundClient, type WireTrial, wireTrial } from './adapter-checks/wire-trial.ts';
export {
  type AdapterRunner,
  adapterConformance,
} from './adapter-conformance/adapter-conformance.ts';
export type {
  AdapterCapability,
  AdapterUnderTest,
  ClientPlace,
  ConformanceClient,
  ConformanceWire,
  DoorUnderTest,
  FunctionsUnderTest,
  PlainCall,
  StreamedCall,
  Variations,
} from './adapter-conformance/adapter-under-test.ts';
export { chatAnswer, chatEvents } from './demo-exchanges/chat-answer.ts';
export type { ToolRequest } from './demo-exchanges/chat-exchanges.ts';
export type { ChatRequest, DemoExchange } from './demo-exchanges/demo-exchange.ts';
export type { EmbeddingsRequest } from './demo-exchanges/embeddings.ts';
export { demoExchanges } from './demo-exchanges/index.ts';
export type { ResponsesRequest } from './demo-exchanges/responses-api.ts';
export type { StreamedChatRequest } from './demo-exchanges/streamed-chat.ts';
export {
  answerAsServerSentEvents,
  type RecordedAnswer,
  type RecordedStream,
  recordedAnswers,
} from './recorded-exchanges/recorded-answers.ts';
export {
  answerCase,
  camelCased,
  oneByOne,
  pairCase,
  type RecordedCase,
} from './recorded-exchanges/recorded-case.ts';
export {
  type PairFilter,
  type RecordedPair,
  recordedPairs,
  toExchange,
} from './recorded-exchanges/recorded-pairs.ts';
export {
  describeWithFixtures,
  type FixtureRunner,
  fixturesFolder,
} from './recorded-exchanges/recordings-folder.ts';
export {
  type RedisCluster,
  type RedisClusterOptions,
  startRedisCluster,
} from './redis-server/redis-cluster.ts';
export {
  type RedisSentinel,
  type RedisSentinelOptions,
  startRedisSentinel,
} from './redis-server/redis-sentinel.ts';
export type { RedisServer } from './redis-server/redis-server.ts';
export { type RedisServerOptions, startRedis } from './redis-server/redis-server.ts';
export type { StoreCapability, TestedStore } from './store-conformance/store-case.ts';
export {
  type ConformanceRunner,
  type OpenedStore,
  type StoreUnderTest,
  storeConformance,
} from './store-conformance/store-conformance.ts';
export { chunksOf } from './test-environment/chunks-of.ts';
export { EVENT_NAMES } from './test-environment/event-names.ts';
export { type ManualClock, manualClock } from './test-environment/manual-clock.ts';
export {
  freePort,
  type TemporaryFolder,
  temporaryFolder,
} from './test-environment/temporary-places.ts';
export { until } from './test-environment/until.ts';
export type { FixtureStoreOptions } from './test-fixtures/fixture-store.ts';
export { type FixtureStore, fixtureStore, openStore } from './test-fixtures/fixture-store.ts';
export type { Secret } from './test-fixtures/secret-patterns.ts';
export type { TestHooks } from './test-fixtures/test-runner.ts';
export type { LlmFixturesOptions } from './test-fixtures/use-llm-fixtures.ts';
export { useLlmFixtures } from './test-fixtures/use-llm-fixtures.ts';
export type {
  BodyKind,
  Delivery,
  Exchange,
  ExchangeResponse,
  Fault,
  ReceivedRequest,
} from './wire-server/exchange.ts';
export { type ServerSentEvent, serverSentEvents } from './wire-server/server-sent-events.ts';
export type { WireServerOptions } from './wire-server/wire-server.ts';
export { inTurn, startWireServer, type WireServer } from './wire-server/wire-server.ts';
