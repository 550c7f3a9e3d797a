interface Said {
  readonly isPermanent?: unknown;
  readonly isPartial?: unknown;
  readonly isRefusal?: unknown;
}

const said = (error: unknown): Said => (error ?? {}) as Said; // thrown: anything

/** A wrong password or database, which only a person can mend: a store that knows says so on its error. */
export function isPermanent(error: unknown): boolean {
  return said(error).isPermanent === true;
}

/** One of many servers is away: what the others keep can be had. */
export function isPartial(error: unknown): boolean {
  return said(error).isPartial === true;
}

/** The store answers: to leave it alone would take what it can do, too. */
export function isAlive(error: unknown): boolean {
  return isPartial(error) || (said(error).isRefusal === true && !isPermanent(error));
}
