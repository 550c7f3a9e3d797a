/**
 * A server in front of the APIs of language models, which answers repeated requests from a cache.
 * It never changes what an upstream says, and never serves one caller's answer to another without being told to.
 * Start reading in `serve-requests.ts`, where a request goes from the check of its token to its answer; `proxy.ts` has the options, and starts the server.
 */
export { accessLog, type LineStyle, liveLine, type ProxiedCall } from './observe/index.ts';
export {
  type CloseOptions,
  type Proxy,
  type ProxyOptions,
  type ProxyRoute,
  startProxy,
} from './proxy.ts';
export { proxiedVariables, upstreamsIn } from './routes/index.ts';
