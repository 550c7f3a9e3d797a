/** A clock that stands still until it is moved. Instants are milliseconds since 1970. */
export interface ManualClock {
  /** Bound: pass it as `now` wherever a clock is taken. */
  readonly now: () => number;
  advance(milliseconds: number): void;
  set(instant: number): void;
}

/** @default start 2026-01-01T00:00:00Z, so that instants in a failure can be read */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let instant = start;
  return {
    now: () => instant,
    advance: (milliseconds) => {
      instant += milliseconds;
    },
    set: (next) => {
      instant = next;
    },
  };
}
