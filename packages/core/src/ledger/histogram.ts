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
