import type { Rejection } from '../adapter/adapter.ts';

export const MODES = ['read-write', 'read-only', 'refresh', 'replay', 'off'] as const;

/**
 * `read-write`: answer from the store, else call and store. `read-only`: never write. `refresh`: never
 * read, call and store. `replay`: never call, a miss is an error. `off`: as if there were no cache.
 */
export type Mode = (typeof MODES)[number];

/** The modes in which something is written. */
export const WRITING: ReadonlySet<Mode> = new Set<Mode>(['read-write', 'refresh']);

export const PACES = ['instant', 'recorded'] as const;

/** A stored stream comes at once, or as it once came. */
export type Pace = (typeof PACES)[number];

export const MODEL_CHANGES = ['keep', 'expire'] as const;

/** What becomes of an alias's older answers when another model answers under its name. */
export type OnModelChange = (typeof MODEL_CHANGES)[number];

/** May this answer be kept? A predicate narrows; an object lets in what is left out by default. */
export type Admit =
  | ((response: unknown) => boolean)
  | Readonly<Partial<Record<Rejection, boolean>>>;
