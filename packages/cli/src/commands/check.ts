/** One thing that is as it should be, or is not. */
export interface Check {
  readonly name: string;
  readonly isWell: boolean;
  /** What was found. */
  readonly found: string;
}

/** What is allowed, where something is. */
export function atMost(
  name: string,
  [value, limit]: readonly [number, number | undefined],
  shown: (value: number) => string,
): readonly Check[] {
  if (limit === undefined) return [];
  return [{ name, isWell: value <= limit, found: `${shown(value)}, of ${shown(limit)} at most` }];
}

export function atLeast(
  name: string,
  [value, limit]: readonly [number, number | undefined],
  shown: (value: number) => string,
): readonly Check[] {
  if (limit === undefined) return [];
  return [{ name, isWell: value >= limit, found: `${shown(value)}, of ${shown(limit)} at least` }];
}
