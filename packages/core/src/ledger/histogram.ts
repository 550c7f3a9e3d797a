/** The shortest time that is told apart, in milliseconds. */
const SHORTEST = 0.01;

/** Four to an octave: whatever is in a bucket is within 10 % of its middle. */
const PER_OCTAVE = 4;

/** The last one begins at some 15 minutes. */
const BUCKETS = 108;

function bucketOf(milliseconds: number): number {
  if (milliseconds <= SHORTEST) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log2(milliseconds / SHORTEST) * PER_OCTAVE));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? SHORTEST : SHORTEST * 2 ** ((bucket - 0.5) / PER_OCTAVE);
}

/** How often, by bucket; only those that hold something. */
export type BucketCounts = readonly (readonly [bucket: number, count: number])[];

/** How long things took, in a fixed space: an addition a time, and histograms of many processes add up. */
export class Histogram {
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #sum = 0;

  get count(): number {
    return this.#count;
  }

  /** Of all times, in milliseconds: exact. */
  get sum(): number {
    return this.#sum;
  }

  add(milliseconds: number): void {
    const bucket = bucketOf(milliseconds);
    this.#counts[bucket] = this.#in(bucket) + 1;
    this.#count += 1;
    this.#sum += milliseconds;
  }

  merge(buckets: BucketCounts, sum: number): void {
    for (const [bucket, count] of buckets) {
      this.#counts[bucket] = this.#in(bucket) + count; // beyond the last, nothing is kept
      if (bucket < BUCKETS) this.#count += count;
    }
    this.#sum += sum;
  }

  get buckets(): BucketCounts {
    return [...this.#counts.entries()].filter(([, count]) => count > 0);
  }

  /** The time that this share of all did not exceed. Nothing where there is none. */
  quantile(share: number): number | undefined {
    let left = share * this.#count;
    for (const [bucket, count] of this.buckets) {
      left -= count;
      if (left <= 0) return middleOf(bucket);
    }
    return undefined;
  }

  #in(bucket: number): number {
    return this.#counts[bucket] ?? 0;
  }
}
