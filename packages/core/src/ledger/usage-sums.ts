import type { Usage } from '../entry/index.ts';
import type { CallCost } from '../events/index.ts';
import { isGiven } from '../key/index.ts';

/** The shortest time, in milliseconds, that has a bucket of its own. */
const SHORTEST = 0.01;

/** With four buckets to an octave, every time is within 10 % of the middle of its bucket. */
const BUCKETS_PER_OCTAVE = 4;

/** The last bucket begins at about 15 minutes. */
const BUCKETS = 108;

function bucketOf(milliseconds: number): number {
  if (milliseconds <= SHORTEST) return 0;
  const octaves = Math.log2(milliseconds / SHORTEST);
  return Math.min(BUCKETS - 1, 1 + Math.floor(octaves * BUCKETS_PER_OCTAVE));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? SHORTEST : SHORTEST * 2 ** ((bucket - 0.5) / BUCKETS_PER_OCTAVE);
}

/** The count of each bucket that is not empty. */
export type BucketCounts = readonly (readonly [bucket: number, count: number])[];

/** Durations in fixed space. Adding one costs one addition, and histograms of several processes can be merged. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  /** The exact sum of all durations, in milliseconds. */
  get sum(): number {
    return this.#sum;
  }

  add(milliseconds: number): void {
    this.#addTo(bucketOf(milliseconds), 1);
    this.#sum += milliseconds;
  }

  /** Ignores buckets past the last one. */
  merge(buckets: BucketCounts, sum: number): void {
    for (const [bucket, count] of buckets) if (bucket < BUCKETS) this.#addTo(bucket, count);
    this.#sum += sum;
  }

  get buckets(): BucketCounts {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  /** The duration that this share (0 to 1) of all did not exceed, or `undefined` where there is none. */
  quantile(share: number): number | undefined {
    let left = share * this.#count;
    for (const [bucket, count] of this.buckets) {
      left -= count;
      if (left <= 0) return middleOf(bucket);
    }
    return undefined;
  }

  #addTo(bucket: number, count: number): void {
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
    this.#count += count;
  }
}

const emptyTotals = () => ({
  /** Tokens of all answers. */
  input: 0,
  output: 0,
  /** Answers whose price came with them or from the user's own `priceOf`, and their price in US dollars. */
  priced: 0,
  usd: 0,
  /** Answers that state neither tokens nor a price. */
  uncounted: 0,
});

/** Answers of one model at one price, which the list of prices has to price. */
export interface ListedSums {
  readonly name: string;
  count: number;
  /** The sum of each kind of usage, by its name in `@pydantic/genai-prices`. */
  readonly units: Record<string, number>;
}

/** Tokens and money of many answers of one model. */
export interface UsageSums {
  readonly totals: ReturnType<typeof emptyTotals>;
  /** By what their price depends on, which is {@link ListedFor} as text. */
  readonly listed: Map<string, ListedSums>;
  /** The sums that were added to last, and for what: most answers are alike in it. */
  last?: { readonly of: ListedFor; readonly sums: ListedSums } | undefined;
}

export const emptyUsageSums = (): UsageSums => ({ totals: emptyTotals(), listed: new Map() });

/** What the price of an answer depends on, beside its tokens. */
export interface ListedFor {
  readonly servedModel: string | undefined;
  readonly address: string | undefined;
  readonly serviceTier: string | undefined;
  /** Half hours since 1970, because some prices depend on the time of day. */
  readonly halfHour: number;
  /** How many of {@link TIERS} the request exceeds. */
  readonly tier: number;
}

/** Milliseconds. Prices by the time of day begin and end at full and half hours. */
export const HALF_HOUR = 1_800_000;

/** Tokens of a request past which some models have another price for all its tokens. Up to the next one, prices are linear. */
export const TIERS = [128_000, 199_999, 200_000, 256_000, 271_999, 272_000, 512_000] as const;

/** A bound, because a served model and a host are texts that others choose. */
const MAX_LISTED = 2_000;

/** The header of a stored entry may hold any value here. */
const amount = (value: unknown): number =>
  typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;

function tierOf(input: number): number {
  return input <= TIERS[0] ? 0 : TIERS.filter((start) => input > start).length;
}

/** The names that the list of prices has for kinds of usage. */
export function unitsOf(usage: Usage): Record<string, number> {
  const units: Record<string, number> = {
    input_tokens: amount(usage.inputTokens),
    output_tokens: amount(usage.outputTokens),
    cache_read_tokens: amount(usage.cacheReadTokens),
    cache_write_tokens: amount(usage.cacheWriteTokens),
  };
  for (const [name, count] of Object.entries(usage.details ?? {})) units[name] = amount(count);
  return units;
}

/** Without a count there is nothing to price, and 0 would be wrong. */
export const isCounted = (usage: Usage | undefined) =>
  isGiven(usage?.inputTokens) || isGiven(usage?.outputTokens) || isGiven(usage?.details);

/** Adds the units of `count` answers. */
export function addUnits(sums: ListedSums, units: ListedSums['units'], count: number): void {
  sums.count += count;
  for (const name in units) sums.units[name] = (sums.units[name] ?? 0) + Number(units[name]);
}

/** The sums of this name. Undefined for a new name where there are too many already. */
export function listedOf({ listed }: UsageSums, name: string): ListedSums | undefined {
  const known = listed.get(name);
  if (known !== undefined || listed.size >= MAX_LISTED) return known;
  const made = { name, count: 0, units: {} };
  listed.set(name, made);
  return made;
}

const areAlike = (one: ListedFor, other: ListedFor) =>
  one.halfHour === other.halfHour &&
  one.tier === other.tier &&
  one.servedModel === other.servedModel &&
  one.address === other.address &&
  one.serviceTier === other.serviceTier;

function findListed(sums: UsageSums, of: ListedFor): ListedSums | undefined {
  if (sums.last !== undefined && areAlike(sums.last.of, of)) return sums.last.sums;
  const { servedModel, address, serviceTier, halfHour, tier } = of;
  const found = listedOf(sums, JSON.stringify([servedModel, address, serviceTier, halfHour, tier]));
  if (found !== undefined) sums.last = { of, sums: found };
  return found;
}

/** What {@link UsageSums.listed} says of a price. */
export function readListedName(name: string): Omit<ListedFor, 'tier'> {
  // Made by `findListed`, or checked when its row was read. JSON has null for what is missing.
  const [servedModel, address, serviceTier, halfHour] = JSON.parse(name);
  return {
    servedModel: servedModel ?? undefined,
    address: address ?? undefined,
    serviceTier: serviceTier ?? undefined,
    halfHour,
  };
}

interface Counted {
  readonly cost: CallCost;
  /** In US dollars, where it is known without the list of prices. */
  readonly price: number | undefined;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Adds one answer. */
export function addUsage(sums: UsageSums, { cost, price, at }: Counted): void {
  const { usage, servedModel, endpoint, part, item } = cost;
  const of = (part ?? item)?.of ?? 1; // an item of a call for many counts as its share of one
  const { totals } = sums;
  const input = amount(usage?.inputTokens);
  totals.input += input;
  totals.output += amount(usage?.outputTokens);
  if (price !== undefined) {
    totals.priced += 1 / of;
    totals.usd += price;
    return;
  }
  const address = endpoint?.address;
  const halfHour = Math.floor(at / HALF_HOUR);
  const listedFor = {
    servedModel,
    address,
    serviceTier: usage?.serviceTier,
    halfHour,
    tier: tierOf(input * of),
  };
  const listed = isCounted(usage) ? findListed(sums, listedFor) : undefined;
  if (listed === undefined || usage === undefined) {
    totals.uncounted += 1 / of;
    return;
  }
  addUnits(listed, unitsOf(usage), 1 / of);
}
