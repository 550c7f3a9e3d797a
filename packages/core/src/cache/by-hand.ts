import { lifeOf } from '../entry-store/index.ts';
import { ledgerPrefix } from '../ledger/index.ts';
import { describeKind, invalidOption } from '../options/index.ts';
import {
  CallOrigin,
  emitMiss,
  eventOf,
  type FlightResult,
  type KeyedRequest,
  linkAnswer,
  loadStoring,
  lookUp,
  needsRewrite,
  rewriteOnHit,
} from '../pipeline/index.ts';
import { readToEnd } from '../response/index.ts';
import { loadStoreFailures } from '../store/index.ts';
import type { CacheContext } from './cache-context.ts';
import type { GivenAnswer } from './identity-request.ts';
import { TAG_OF } from './selection.ts';

type Context = Pick<CacheContext, 'entries' | 'events' | 'now' | 'pipeline'>;

/** Lets a response that was read or given by hand be traced to its entry. */
function trace(
  { entries, pipeline: { flights }, now }: Context,
  request: KeyedRequest,
  { response, ...result }: FlightResult & { readonly response: unknown },
): void {
  const receiver = { context: { entries, flights }, request, isLeader: true, at: now() };
  linkAnswer(response, new CallOrigin(receiver, result));
}

/**
 * The stored response where it is fresh, or of any age in `replay` mode. It is a hit or a miss, and no provider is
 * called.
 */
export async function getByIdentity(context: Context, request: KeyedRequest): Promise<unknown> {
  const { events, now } = context;
  const { mode } = request.call.policy;
  const found = await lookUp(context, request);
  const { state, result, waited = 0 } = found;
  const isServed = mode === 'replay' || (mode !== 'refresh' && state === 'fresh');
  if (!isServed || result?.header === undefined) {
    emitMiss(context, request);
    return undefined;
  }
  if (needsRewrite(request.call, found)) void rewriteOnHit(context, request);
  const { usage, served, took, storedAt } = result.header; // never in the future
  const about = { ...eventOf(request), usage, servedModel: served?.model, took };
  events.emit('hit', { ...about, age: now() - storedAt, waited });
  const response = result.leaderResponse?.response;
  trace(context, request, { ...result, response });
  return response;
}

/** Stores the answer where it may be stored. Resolves to whether it is stored. */
export async function setByIdentity(context: Context, given: GivenAnswer): Promise<boolean> {
  const { address, call } = given.request;
  const found = await given.found;
  const tagStates = await context.entries.prepare(address, found, lifeOf(call.policy));
  const answer = { ...given.request, tagStates, calledAt: given.calledAt, isCurrent: () => true };
  const response = await given.captured;
  const stored = (await loadStoring())?.storeAnswer(context, answer, response) ?? false;
  if (response.shared?.kind === 'recording') {
    // An error of the stream needs no report: an event says that the answer is not stored, and why.
    await readToEnd(response.shared.recording.read()).catch(() => {});
  }
  trace(context, answer, { outcome: 'miss', response: given.given, stored: async () => stored });
  return stored;
}

/** Removes the rows of the namespace where the store can list them. Resolves to false where that failed. */
export async function clearRows(context: CacheContext): Promise<boolean> {
  try {
    await removeRows(context);
    return true;
  } catch (error) {
    const { failureCode, isPermanentFailure } = await loadStoreFailures();
    const reason = failureCode(error);
    const isPermanent = isPermanentFailure(error);
    context.events.emit('store-error', { operation: 'scan', reason, isPermanent });
    return false;
  }
}

/** Rows that one operation of the store removes. Others that use the store wait no longer than for these. */
const ROWS_PER_REMOVAL = 500;

/** The generations of tags outlive their entries, and counters are about requests, not about what is stored. */
function isStaying(key: string, prefix: string): boolean {
  return key.startsWith(`${prefix}tag:`) || key.startsWith(ledgerPrefix(prefix));
}

async function removeRows({ entries, store, rows }: CacheContext): Promise<void> {
  const { prefix } = entries;
  let page: string[] = [];
  for await (const { key } of store.scan?.(prefix) ?? []) {
    if (!isStaying(key, prefix)) page.push(key);
    if (page.length < ROWS_PER_REMOVAL) continue;
    await rows.removeMany(page);
    page = [];
  }
  await rows.removeMany(page);
}

const REMEDY =
  'Write one of { key }, { tag }, { model }, { provider }, { namespace: true }, and call again for another one.';

/** Says why `selectedBy` selects nothing. @throws {LlmCacheError} `INVALID_OPTION`, always */
export function refuseSelection(given: unknown, prefix: string): never {
  if (typeof given !== 'object' || given === null) {
    return invalidOption('The selection', `is ${describeKind(given)}`, REMEDY);
  }
  const [first, ...others] = Object.entries(given);
  if (first === undefined) return invalidOption('The selection', 'selects nothing', REMEDY);
  if (others.length > 0) {
    const names = Object.keys(given).join(' and ');
    return invalidOption('The selection', `has ${names}, and only one may be given`, REMEDY);
  }
  return refuseOne(first, prefix);
}

function refuseOne([name, value]: readonly [string, unknown], prefix: string): never {
  if (name === 'namespace') {
    const remedy = 'Write { namespace: true }: a cache has one namespace, and selects all of it.';
    return invalidOption('namespace', `is ${describeKind(value)}`, remedy);
  }
  if (!Object.hasOwn(TAG_OF, name) && name !== 'key') {
    return invalidOption('The selection', `has the unknown name ${name}`, REMEDY);
  }
  if (typeof value !== 'string' || value === '') {
    const what = value === '' ? 'is empty' : `is ${describeKind(value)}`;
    return invalidOption(name, what, 'Write a text that is not empty.');
  }
  const remedy = 'Write a key that keyOf() or the info of a call gave.';
  return invalidOption(
    'key',
    `is no key of an entry of this cache (they start with ${prefix})`,
    remedy,
  );
}
