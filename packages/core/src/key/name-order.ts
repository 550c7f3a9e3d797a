/** A name of a record, ready to be written. */
export interface WrittenName {
  readonly name: string;
  readonly first: string;
  readonly further: string;
}

interface NameOrder {
  readonly given: readonly string[];
  readonly sorted: readonly WrittenName[];
}

/** Records of more names are seldom like another. */
const MOST = 32;
const PLACES = 128;

const known: (NameOrder | undefined)[] = new Array(PLACES).fill(undefined);

function writtenName(name: string): WrittenName {
  const first = `${JSON.stringify(name)}:`;
  return { name, first, further: `,${first}` };
}

function placeOf(names: readonly string[]): number {
  const [first = '', last = ''] = [names[0], names.at(-1)];
  return (
    (names.length * 31 + first.length * 7 + last.length * 3 + (first.codePointAt(0) ?? 0)) % PLACES
  );
}

function isSame(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let index = 0; index < names.length; index += 1) {
    if (names[index] !== others[index]) return false;
  }
  return true;
}

/** The names in order. Most records have those of one that was just written. */
export function inOrder(names: readonly string[]): readonly WrittenName[] {
  const place = placeOf(names);
  const order = known[place];
  if (order !== undefined && isSame(names, order.given)) return order.sorted;
  const sorted = [...names].sort().map(writtenName);
  if (names.length <= MOST) known[place] = { given: names, sorted };
  return sorted;
}
