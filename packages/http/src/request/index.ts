/**
 * The arguments of `fetch` are read here, as they were when it was called, and become a call identity.
 * Nothing here may change what the caller passed, or read a body that is not JSON.
 * Start reading in `read-request.ts`.
 */
export { accountIdsOf, storedAnswerIds } from './account-ids.ts';
export { callEndpoint } from './call-endpoint.ts';
export { checkEndpoints, type Endpoint, isAnswering, isNamed } from './endpoints.ts';
export type { HeaderList } from './header-list.ts';
export { httpIdentity } from './http-identity.ts';
export {
  type FetchRequest,
  type HttpRequest,
  parseBody,
  type ReceivedRequest,
  readReceived,
  readRequest,
} from './read-request.ts';
export { withoutControl } from './without-control.ts';
