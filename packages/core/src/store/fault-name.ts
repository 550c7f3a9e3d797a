/** Longer, or with other characters, it may be a message. */
const NAME = /^\w[\w.-]{0,49}$/;

/** Names a fault without its message, which may hold an address with its password. */
export function faultName(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }; // whatever a store throws
  const words = [code, name].filter((word) => typeof word === 'string' || typeof word === 'number');
  return words.map(String).find((word) => NAME.test(word)) ?? 'unknown';
}
