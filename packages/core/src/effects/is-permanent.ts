/** A wrong password or database, which only a person can mend: a store that knows says so on its error. */
export function isPermanent(error: unknown): boolean {
  return (error as { isPermanent?: unknown } | undefined)?.isPermanent === true;
}
