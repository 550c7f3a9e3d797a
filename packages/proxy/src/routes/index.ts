/**
 * Here the path of a request says to which provider it goes, and which adapter describes that provider.
 * Nothing here may take the host of an upstream from a request, except the name of a resource of Azure or of a region of AWS.
 * Start reading in `providers.ts`, the table.
 */
export { type Route, type Routes, routesWith, type Upstreams } from './find-route.ts';
export { isSignedForHost } from './named-hosts.ts';
export { proxiedVariables, upstreamsIn } from './variables.ts';
