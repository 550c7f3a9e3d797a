/** A clock that stands still until a test moves it. Instants are milliseconds since 1970. */
export interface ManualClock {
  /** Pass it as `now` wherever an option takes a clock; it needs no `this`. */
  readonly now: () => number;
  advance(milliseconds: number): void;
  set(instant: number): void;
}

/** @default start 2026-01-01T00:00:00Z, so that a person can read the instants in a failure */
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
