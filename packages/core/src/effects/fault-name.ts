/** Names a fault without its message, which may hold an address with its password. */
export function faultName(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }; // whatever a store throws
  return String(code ?? name ?? 'unknown');
}
