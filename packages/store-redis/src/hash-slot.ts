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

/** Where there is a `{tag}`, it alone decides; the first pair of braces counts, if there is anything in it. */
function hashedPart(key: string): string {
  const start = key.indexOf('{');
  const end = start < 0 ? -1 : key.indexOf('}', start);
  return end > start + 1 ? key.slice(start + 1, end) : key;
}

/** Which of the cluster's slots a key is in: CRC16 (XMODEM) of its UTF-8. */
export function keySlot(key: string): number {
  let sum = 0;
  for (const byte of Buffer.from(hashedPart(key))) {
    sum = ((sum << 8) & 0xffff) ^ (REMAINDERS[(sum >> 8) ^ byte] ?? 0);
  }
  return sum % SLOTS;
}
