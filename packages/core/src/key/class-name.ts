/** The name of the class that made a value: its prototype says so, since a field `constructor` is the user's. */
export function className(value: object): string {
  const prototype: { readonly constructor?: { readonly name?: unknown } } | null =
    Object.getPrototypeOf(value);
  return String(prototype?.constructor?.name);
}

/**
 * Is it of that class and nothing more? A subclass, or a field of its own, says what no rule covers. Told
 * by name, so that another realm's Date is a Date.
 */
export function isExactly(value: object, name: string): boolean {
  return className(value) === name && Object.keys(value).length === 0;
}
