/**
 * Here requests go to their upstream, and what cannot be answered from a store passes through.
 * Nothing here may change a byte of a body, follow a redirect, or try a request twice.
 * Start reading in `forward-request.ts`; `write-body.ts` writes a stream as it comes, and stops its sender when the client leaves.
 */
export { type Exchange, forwardRequest, passOn } from './forward-request.ts';
export { forwardUpgrade, type Upgrade } from './forward-upgrade.ts';
export { MessageParts } from './message-parts.ts';
export { NetworkProxyFailure } from './network-proxy.ts';
export { passedHeaders, requestHeaders, responseHeaders } from './passed-headers.ts';
export { RawHeaders } from './raw-headers.ts';
export { NotCalled, responseTo, Upstream } from './upstream.ts';
export { writeBody } from './write-body.ts';
