const [ZERO, NINE] = [48, 57];

/** JSON puts names that are numbers first, in whatever order they came. */
export function isNumberLike(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= ZERO && first <= NINE;
}

/** Behind the names that are there; also one that an assignment would take for the prototype. */
export function put(record: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') record[name] = value;
  else Object.defineProperty(record, name, { value, enumerable: true });
}
