export type {
  AdapterCapability,
  AdapterUnderTest,
  ClientPlace,
  ConformanceClient,
  PlainCall,
  StreamedCall,
  Variations,
} from './adapter-conformance/adapter-under-test.ts';
export type { ConformanceWire } from './adapter-conformance/conformance-wire.ts';
export { type AdapterRunner, adapterConformance } from './adapter-conformance.ts';
export { answerAsServerSentEvents } from './answer-as-server-sent-events.ts';
export type { WireServerOptions } from './answer-desk.ts';
export { describeWithFixtures, type FixtureRunner } from './describe-with-fixtures.ts';
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
export { fixturesFolder } from './fixtures-folder.ts';
export { freePort } from './free-port.ts';
export { type ManualClock, manualClock } from './manual-clock.ts';
export { type RecordedAnswer, type RecordedStream, recordedAnswers } from './recorded-answers.ts';
export { type PairFilter, type RecordedPair, recordedPairs, toExchange } from './recorded-pairs.ts';
export { type RedisServer, type RedisServerOptions, startRedis } from './redis-server.ts';
export { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';
export type { StoreCapability, TestedStore } from './store-conformance/store-case.ts';
export {
  type ConformanceRunner,
  type OpenedStore,
  type StoreUnderTest,
  storeConformance,
} from './store-conformance.ts';
export { type TemporaryFolder, temporaryFolder } from './temporary-folder.ts';
export { startWireServer, type WireServer } from './wire-server.ts';
