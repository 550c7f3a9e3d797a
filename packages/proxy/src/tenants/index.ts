/**
 * Who may use the proxy is decided here, whose answers a caller may see, and whether its credential still works.
 * No credential and no token leaves this room: what others get of them is a digest.
 * Start reading in `tenants.ts`, which gives a request its scope; `access.ts` refuses requests, and `credential.ts` says who asks.
 */
export { type AccessOptions, accessRules, withoutToken } from './access.ts';
export { corsHeaders, preflightHeaders } from './origins.ts';
export { type Caller, Tenants } from './tenants.ts';
