import { LlmCacheError } from './errors.ts';
import type { CallOptions } from './options.ts';
import { type Policy, policyWith } from './policy.ts';

/**
 * `base` with what `options` says, for a door whose calls cannot name a scope of their own.
 *
 * @throws {LlmCacheError} `SCOPE_REQUIRED` where the cache wants one and nobody has said it; for a bad option.
 */
export function resolvePolicy(base: Policy, options: CallOptions): Policy {
  const policy = policyWith(base, options);
  if (!policy.requireScope || policy.scope !== '') return policy;
  throw new LlmCacheError(
    'SCOPE_REQUIRED',
    "This cache has requireScope, and no scope is given: none of these calls could be cached. Write { scope: 'tenant-7' }, one client or method for each tenant.",
  );
}
