const SLOTS = 16_384;
const POLYNOMIAL = 0x1021;

function remainder(byte: number): number {
  let value = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) {
    value = value & 0x8000 ? (value << 1) ^ POLYNOMIAL : value << 1;
  }
  return value & 0xffff;
}

const REMAINDERS = Uint16Array.from({ length: 256 }, (_, byte) => remainder(byte));

/** Only a hash tag is hashed if there is one: what the first pair of braces encloses, unless that is empty. */
function hashedPart(key: string): string {
  const start = key.indexOf('{');
  const end = start < 0 ? -1 : key.indexOf('}', start);
  return end > start + 1 ? key.slice(start + 1, end) : key;
}

/** The cluster's hash slot for a key: CRC16 (XMODEM) of its UTF-8. */
export function hashSlot(key: string): number {
  let sum = 0;
  for (const byte of Buffer.from(hashedPart(key))) {
    sum = ((sum << 8) & 0xffff) ^ (REMAINDERS[(sum >> 8) ^ byte] ?? 0);
  }
  return sum % SLOTS;
}

const MOST_TRIES = 100;

/**
 * A second key for a copy of the row under `key`. Its hash slot is at least a third of all slots away, so that another
 * master has it where each master has its share of consecutive slots.
 */
export function keyFarFrom(key: string): string {
  const slot = hashSlot(key);
  for (let number = 1; number <= MOST_TRIES; number += 1) {
    const other = `${key}.${number}`;
    const distance = Math.abs(hashSlot(other) - slot);
    if (distance > SLOTS / 3 && distance < (SLOTS * 2) / 3) return other;
  }
  return `${key}.1`; // braces in the namespace keep all keys in one slot
}

type Group = [string, ...string[]];

/** Groups keys that one command may name together, which are those of one hash slot. */
export function groupBySlot(keys: readonly string[]): Group[] {
  const groups = new Map<number, Group>();
  for (const key of keys) {
    const slot = hashSlot(key);
    const group = groups.get(slot);
    if (group === undefined) groups.set(slot, [key]);
    else group.push(key);
  }
  return [...groups.values()];
}
