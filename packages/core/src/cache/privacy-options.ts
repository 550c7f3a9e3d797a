/** Who may learn what from a store, and whose answers are whose. */
export interface PrivacyOptions {
  /**
   * At least 32 bytes that nobody can guess (`openssl rand -base64 32`). Keys become HMAC-SHA-256 and entries
   * are sealed with AES-256-GCM: who reads the store learns no prompt and no answer, and who writes to it
   * forges none. @default none
   */
  readonly secret?: string | Uint8Array | undefined;
  /** In place of `secret`, while one takes the other's place: newest first. The first writes, all are read. */
  readonly secrets?: readonly (string | Uint8Array)[] | undefined;
  /** No call shares answers by accident: one without a scope goes past the cache. @default false */
  readonly requireScope?: boolean | undefined;
}
