import type { CallOptions } from './options.ts';
import { type Policy, policyWith } from './policy.ts';

const isScope = (scope: unknown) => typeof scope === 'string' && scope !== '';

/**
 * `base` with what one call says. A tenant that is not known makes no call fail: where a scope is required,
 * one that is given and is none stands for no scope, never for the one of before.
 */
export function callPolicy(base: Policy, options: CallOptions): Policy {
  const isMissing = Object.hasOwn(options, 'scope') && !isScope(options.scope);
  if (!base.requireScope || !isMissing) return policyWith(base, options);
  return { ...policyWith(base, { ...options, scope: undefined }), scope: '' };
}
