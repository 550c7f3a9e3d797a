import { digest } from '../key/digest.ts';
import { exactBase64 } from './exact-base64.ts';

/** What of a request stands in keys, under a name that does not say it. */
export type NameKind = 'fingerprint' | 'scope' | 'tag';

/** How keys are named and rows are written: all that goes into a store as a key or a row comes from here. */
export interface Seal {
  /** Tells what one secret says of a tag from what another says. Empty without a secret. */
  readonly id: string;
  /** What stands for it in a key. */
  nameOf(kind: NameKind, text: string): string;
  /** The row for a text under this key. */
  sealText(key: string, text: string): string;
  /** Nothing where the row was not written under this very key, or was changed since. */
  openText(key: string, row: string): string | undefined;
  sealBytes(key: string, bytes: Buffer): string;
  openBytes(key: string, row: string): Buffer | undefined;
}

/** Newest first: the first writes, all are read. */
export type Seals = readonly [Seal, ...Seal[]];

/** Without a secret a row is its text, and costs nothing; who reads the store reads the answers. */
export const NO_SEAL: Seal = {
  id: '',
  nameOf: (kind, text) => (kind === 'fingerprint' ? text : digest(text)),
  sealText: (_key, text) => text,
  openText: (_key, row) => row,
  sealBytes: (_key, bytes) => bytes.toString('base64'),
  openBytes: (_key, row) => exactBase64(row),
};
