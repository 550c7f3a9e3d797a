import * as crypto from 'node:crypto';

/** The quickest digest of a request that Node has: what everyone writes who needs a key. */
export const keyOf = (request: object): string =>
  crypto.hash === undefined
    ? crypto.createHash('sha256').update(JSON.stringify(request)).digest('hex')
    : crypto.hash('sha256', JSON.stringify(request));
