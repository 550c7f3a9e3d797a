/**
 * Here it is decided whose entries a request may be answered from, and who may use the proxy at all.
 * A credential is never stored, logged or compared otherwise than by its digest.
 * Start reading in `tenant-scope.ts`.
 */
export { tenantScope } from './tenant-scope.ts';
