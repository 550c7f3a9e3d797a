import type { Usage } from '../entry/index.ts';
import type { CallEndpoint, RequestOutcome } from '../events/index.ts';
import { type Fields, fieldsOf, listOf, numberOf } from '../key/index.ts';

/** What became of a request. `revalidation`: a call behind an older answer, which had been served. */
type LiveOutcome = RequestOutcome | 'revalidation';

const OUTCOMES: readonly LiveOutcome[] = [
  ...(['hit', 'stale', 'collapsed', 'miss', 'bypass'] as const),
  'revalidation',
];

/** What an answer cost, as far as the process that got it knows. Who reads it prices it by the list. */
export interface NotedCost {
  readonly usage?: Usage | undefined;
  readonly servedModel?: string | undefined;
  readonly endpoint?: CallEndpoint | undefined;
  /** US dollars that the user's own `priceOf` gave, or the answer itself. */
  readonly usd?: number | undefined;
}

/** A call that its process notes. It has nothing of a prompt, an answer, a scope or a credential. */
export interface NotedCall {
  /** Which call of its process it is. */
  readonly number: number;
  /** When it was answered, or when it was found to be a miss, in milliseconds since 1970. */
  readonly at: number;
  readonly outcome: LiveOutcome;
  readonly provider: string;
  readonly model?: string | undefined;
  readonly operation?: string | undefined;
  /** The key without what all keys of the namespace start with. */
  readonly key?: string | undefined;
  /** How many items the request is for. */
  readonly items?: number | undefined;
  /** Milliseconds since the answer was stored. */
  readonly age?: number | undefined;
  /** Milliseconds that the caller waited, or that the provider took. */
  readonly took?: number | undefined;
  /** `stored`, why the answer is not stored, why the call failed, or why the request is a bypass. Absent while a call runs. */
  readonly result?: string | undefined;
  readonly saved?: NotedCost | undefined;
  readonly spent?: NotedCost | undefined;
}

/** The latest calls of one cache of one process. */
export interface NotedCalls {
  /** The name of the process, which no other has. */
  readonly process: string;
  /** Which cache of its process it is. */
  readonly instance: number;
  readonly pid?: number | undefined;
  readonly writtenAt: number;
  /** How many times it has written its row. */
  readonly writes: number;
  /** How many calls it has noted in all. */
  readonly total: number;
  /** The one that changed last is the last one. */
  readonly calls: readonly NotedCall[];
}

const VERSION = 1;

/** A row is shorter than this, in characters. */
export const LONGEST_ROW = 32_768;

/** Users and providers choose the names of models, hosts and services. */
const LONGEST_TEXT = 120;

const cut = (text: string | undefined): string | undefined => text?.slice(0, LONGEST_TEXT);

function cutCost(cost: NotedCost | undefined): NotedCost | undefined {
  if (cost === undefined) return undefined;
  const { usage, servedModel, endpoint } = cost;
  return {
    ...cost,
    usage: usage && { ...usage, serviceTier: cut(usage.serviceTier) },
    servedModel: cut(servedModel),
    endpoint: endpoint && { address: cut(endpoint.address) },
  };
}

const cutCall = ({ provider, model, operation, key, result, ...call }: NotedCall): NotedCall => ({
  ...call,
  provider: provider.slice(0, LONGEST_TEXT),
  ...{ model: cut(model), operation: cut(operation), key: cut(key), result: cut(result) },
  ...{ saved: cutCost(call.saved), spent: cutCost(call.spent) },
});

/** The row of a cache. Its older calls are left out where it would be too long. */
export function liveText({ calls, ...whose }: NotedCalls): string {
  const texts: string[] = [];
  let left = LONGEST_ROW - 1_024; // for what is said of the process
  for (const call of calls.toReversed()) {
    const text = JSON.stringify(cutCall(call));
    left -= text.length + 1;
    if (left < 0) break;
    texts.push(text);
  }
  return `${JSON.stringify({ version: VERSION, ...whose }).slice(0, -1)},"calls":[${texts.reverse()}]}`;
}

const textOf = (value: unknown) =>
  typeof value === 'string' ? value.slice(0, LONGEST_TEXT) : undefined;

const amountOf = (value: unknown) => {
  const number = numberOf(value);
  return number !== undefined && Number.isFinite(number) && number >= 0 ? number : undefined;
};

/** The last instant that a date can be. */
const LAST_INSTANT = 8.64e15;

const instantOf = (value: unknown) => {
  const instant = amountOf(value);
  return instant !== undefined && instant <= LAST_INSTANT ? instant : undefined;
};

function usageOf(value: unknown): Usage | undefined {
  if (value === undefined) return undefined;
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, details, serviceTier } =
    fieldsOf(value);
  const counts = Object.entries(fieldsOf(details)).flatMap(([name, count]) => {
    const amount = amountOf(count);
    return amount === undefined ? [] : [[name, amount] as const];
  });
  return {
    ...{ inputTokens: amountOf(inputTokens), outputTokens: amountOf(outputTokens) },
    ...{ cacheReadTokens: amountOf(cacheReadTokens) },
    ...{ cacheWriteTokens: amountOf(cacheWriteTokens), serviceTier: textOf(serviceTier) },
    details: counts.length === 0 ? undefined : Object.fromEntries(counts),
  };
}

function costOf(value: unknown): NotedCost | undefined {
  if (value === undefined) return undefined;
  const { usage, servedModel, endpoint, usd } = fieldsOf(value);
  return {
    ...{ usage: usageOf(usage), servedModel: textOf(servedModel), usd: amountOf(usd) },
    endpoint: { address: textOf(fieldsOf(endpoint).address) },
  };
}

function callOf(fields: Fields): NotedCall | undefined {
  const outcome = OUTCOMES.find((each) => each === fields.outcome);
  const [number, at, provider] = [amountOf(fields.number), instantOf(fields.at), fields.provider];
  if (outcome === undefined || number === undefined || at === undefined) return undefined;
  return {
    ...{ number, at, outcome, provider: textOf(provider) ?? '', model: textOf(fields.model) },
    ...{ operation: textOf(fields.operation), key: textOf(fields.key) },
    ...{ items: amountOf(fields.items), age: amountOf(fields.age), took: amountOf(fields.took) },
    ...{ result: textOf(fields.result), saved: costOf(fields.saved), spent: costOf(fields.spent) },
  };
}

/** What a row says. Undefined for what no cache of this version wrote, and calls that are damaged are left out. */
export function readLiveText(text: unknown): NotedCalls | undefined {
  if (typeof text !== 'string' || text.length > LONGEST_ROW) return undefined;
  try {
    const { version, process, pid, calls, ...counts } = fieldsOf(JSON.parse(text));
    if (version !== VERSION || typeof process !== 'string') return undefined;
    const count = (name: string) => amountOf(counts[name]) ?? 0;
    return {
      ...{ process: process.slice(0, LONGEST_TEXT), instance: count('instance') },
      ...{ pid: amountOf(pid), writtenAt: count('writtenAt'), writes: count('writes') },
      total: count('total'),
      calls: listOf(calls).flatMap((each) => callOf(fieldsOf(each)) ?? []),
    };
  } catch {
    return undefined; // other software wrote it
  }
}
