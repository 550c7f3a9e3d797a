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
  DoorUnderTest,
  FunctionsUnderTest,
  PlainCall,
  StreamedCall,
  Variations,
} from './adapter-conformance/adapter-under-test.ts';
export type { ClientPlace, ConformanceClient } from './adapter-conformance/conformance-client.ts';
export type { ConformanceWire } from './adapter-conformance/conformance-wire.ts';
export { chatAnswer, chatEvents } from './demo-exchanges/chat-answer.ts';
export type { ChatRequest } from './demo-exchanges/chat-completion.ts';
export type { DemoExchange } from './demo-exchanges/demo-exchange.ts';
export { demoExchanges } from './demo-exchanges/demo-exchanges.ts';
export type { EmbeddingsRequest } from './demo-exchanges/embeddings.ts';
export type { ResponsesRequest } from './demo-exchanges/responses-api.ts';
export type { StreamedChatRequest } from './demo-exchanges/streamed-chat.ts';
export type { ToolRequest } from './demo-exchanges/tool-call.ts';
export { answerAsServerSentEvents } from './recorded-exchanges/answer-as-server-sent-events.ts';
export { camelCased } from './recorded-exchanges/camel-cased.ts';
export {
  describeWithFixtures,
  type FixtureRunner,
} from './recorded-exchanges/describe-with-fixtures.ts';
export {
  type RecordedAnswer,
  type RecordedStream,
  recordedAnswers,
} from './recorded-exchanges/recorded-answers.ts';
export {
  answerCase,
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
export { fixturesFolder } from './recorded-exchanges/recordings-folder.ts';
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
export { type RedisServerOptions, startRedis } from './redis-server/start-redis.ts';
export type { StoreCapability, TestedStore } from './store-conformance/store-case.ts';
export {
  type ConformanceRunner,
  type OpenedStore,
  type StoreUnderTest,
  storeConformance,
} from './store-conformance/store-conformance.ts';
export { chunksOf } from './test-environment/chunks-of.ts';
export { EVENT_NAMES } from './test-environment/event-names.ts';
export { freePort } from './test-environment/free-port.ts';
export { type ManualClock, manualClock } from './test-environment/manual-clock.ts';
export { type TemporaryFolder, temporaryFolder } from './test-environment/temporary-folder.ts';
export { until } from './test-environment/until.ts';
export { type FixtureStore, fixtureStore } from './test-fixtures/fixture-store.ts';
export type { FixtureStoreOptions } from './test-fixtures/fixture-store-options.ts';
export type { LlmFixturesOptions } from './test-fixtures/llm-fixtures-options.ts';
export { openStore } from './test-fixtures/open-store.ts';
export type { Secret } from './test-fixtures/secret-patterns.ts';
export type { TestHooks } from './test-fixtures/test-runner.ts';
export { useLlmFixtures } from './test-fixtures/use-llm-fixtures.ts';
export type { WireServerOptions } from './wire-server/answer-desk.ts';
export type {
  BodyKind,
  Delivery,
  Exchange,
  ExchangeResponse,
  Fault,
  ReceivedRequest,
} from './wire-server/exchange.ts';
export { inTurn } from './wire-server/in-turn.ts';
export { type ServerSentEvent, serverSentEvents } from './wire-server/server-sent-events.ts';
export { startWireServer, type WireServer } from './wire-server/wire-server.ts';
