/**
 * A `fetch` that answers a repeated LLM request from a store, and the half of an adapter that providers share.
 * Nothing here may change a request on its way to the provider; what is true of one provider alone stands in a table.
 * Start reading in `cached-fetch.ts`.
 */
export {
  assembleChoices,
  derivedClient,
  type ExpectedClient,
  listedEmbeddings,
  mergeDelta,
  rejectListedEmbeddings,
  requireClientVersion,
  wrongClient,
} from './adapter/index.ts';
export { cachedFetch } from './cached-fetch.ts';
export { type CachedTransport, cachedTransport } from './cached-transport.ts';
export { withCallerSignal } from './caller-signal.ts';
export { copyWithFetch, fetchOf, isCopied } from './copy-with-fetch.ts';
export type { CachedClientOptions, CachedFetchOptions, Fetch } from './http-call.ts';
export { warnOfOwnFetch } from './own-fetch.ts';
export {
  type HeaderList,
  httpIdentity,
  isAnswering,
  readRequest,
  storedAnswerIds,
} from './request/index.ts';
export type { ByteSource, Content, LiveResponse, Parts } from './response/index.ts';
export type { AwaitedCall, TransportAnswer, TransportRequest } from './transport-answer.ts';
