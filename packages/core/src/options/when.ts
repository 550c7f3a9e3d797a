import type { Policy } from './policy.ts';

/** Why a request bypasses the cache by the user's own `when`. `undefined`: it does not. */
export type WhenBypass = 'when' | 'unreadable' | undefined;

const bypassFor = (wanted: unknown): WhenBypass => (wanted ? undefined : 'when');

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'; // read only
}

/**
 * Asks the option `when` about a request. This never throws, and what it returns never rejects. If a predicate fails, the request
 * bypasses the cache, and is not called in `replay` mode.
 *
 * @param owner the `this` of the call
 */
export function whenBypass(
  { when }: Policy,
  request: readonly unknown[],
  owner?: unknown,
): WhenBypass | Promise<WhenBypass> {
  if (when === undefined) return undefined;
  try {
    const wanted: unknown = when.apply(owner as never, request as never); // of the user's own types
    if (!isThenable(wanted)) return bypassFor(wanted);
    return Promise.resolve(wanted).then(bypassFor, () => 'unreadable' as const);
  } catch {
    return 'unreadable';
  }
}
