/** As much of a key as tells it from all others: 60 bits of its fingerprint. */
export const ID_LENGTH = 10;

// A dash at its start would be taken for a flag.
const withoutDashes = (text: string) => text.replace(/^-+/, '');

function fingerprintIn(key: string): string {
  return withoutDashes(key.slice(key.lastIndexOf(':') + 1));
}

/** How a key is written where there is little room; every verb that takes a key takes it, too. */
export function entryId(key: string): string {
  return fingerprintIn(key).slice(0, ID_LENGTH);
}

export function isMeantBy(word: string, key: string): boolean {
  return word.includes(':') ? word === key : fingerprintIn(key).startsWith(withoutDashes(word));
}
