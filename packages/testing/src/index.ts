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
export { type AdapterRunner, adapterConformance } from './adapter-conformance.ts';
export { answerAsServerSentEvents } from './answer-as-server-sent-events.ts';
export type { WireServerOptions } from './answer-desk.ts';
export { camelCased } from './camel-cased.ts';
export { chatAnswer, chatEvents } from './chat-answer.ts';
export { chunksOf } from './chunks-of.ts';
export { describeWithFixtures, type FixtureRunner } from './describe-with-fixtures.ts';
export { coveredBy, type DistinctKeysParts, distinctKeys, posted } from './distinct-keys.ts';
export { EVENT_NAMES } from './event-names.ts';
export { type CrossedAnswer, exactCrossings } from './exact-crossings.ts';
export type {
  BodyKind,
  Delivery,
  Exchange,
  ExchangeResponse,
  Fault,
  ReceivedRequest,
} from './exchange.ts';
export type { ChatRequest } from './exchanges/chat-completion.ts';
export type { DemoExchange } from './exchanges/demo-exchange.ts';
export { demoExchanges } from './exchanges/demo-exchanges.ts';
export type { EmbeddingsRequest } from './exchanges/embeddings.ts';
export type { ResponsesRequest } from './exchanges/responses-api.ts';
export type { StreamedChatRequest } from './exchanges/streamed-chat.ts';
export type { ToolRequest } from './exchanges/tool-call.ts';
export { type FixtureStore, fixtureStore } from './fixtures/fixture-store.ts';
export type { FixtureStoreOptions } from './fixtures/fixture-store-options.ts';
export type { LlmFixturesOptions } from './fixtures/llm-fixtures-options.ts';
export { openStore } from './fixtures/open-store.ts';
export type { Secret } from './fixtures/secret-patterns.ts';
export type { TestHooks } from './fixtures/test-runner.ts';
export { useLlmFixtures } from './fixtures/use-llm-fixtures.ts';
export { fixturesFolder } from './fixtures-folder.ts';
export { freePort } from './free-port.ts';
export { inTurn } from './in-turn.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { type RecordedAnswer, type RecordedStream, recordedAnswers } from './recorded-answers.ts';
export { answerCase, oneByOne, pairCase, type RecordedCase } from './recorded-case.ts';
export { type PairFilter, type RecordedPair, recordedPairs, toExchange } from './recorded-pairs.ts';
export { type RedisCluster, type RedisClusterOptions, startRedisCluster } from './redis-cluster.ts';
export {
  type RedisSentinel,
  type RedisSentinelOptions,
  startRedisSentinel,
} from './redis-sentinel.ts';
export type { RedisServer } from './redis-server.ts';
export { type ServedTwiceParts, servedTwice, startRecorded } from './served-twice.ts';
export { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';
export { type RedisServerOptions, startRedis } from './start-redis.ts';
export type { StoreCapability, TestedStore } from './store-conformance/store-case.ts';
export {
  type ConformanceRunner,
  type OpenedStore,
  type StoreUnderTest,
  storeConformance,
} from './store-conformance.ts';
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';
export { until } from './until.ts';
export { startWireServer, type WireServer } from './wire-server.ts';
export { type AroundClient, type WireTrial, wireTrial } from './wire-trial.ts';
