// An HTTP server on the loopback address answers requests with recorded or hand-written exchanges, and breaks on
// purpose where a test asks for it. It never calls a provider, and never shows the contents of a request in an error.
// Start reading in wire-server.ts; exchange.ts says what an exchange and a fault are.
export type {
  BodyKind,
  Delivery,
  Exchange,
  ExchangeResponse,
  Fault,
  ReceivedRequest,
} from './exchange.ts';
export { type ServerSentEvent, serverSentEvents } from './server-sent-events.ts';
export { wireBody } from './wire-body.ts';
export { inTurn, startWireServer, type WireServer, type WireServerOptions } from './wire-server.ts';
