// In this room one request becomes one key: its identity, the canonical form of the identity, and the SHA-256 digest of that.
// It never leaves out a field without a written reason, and it never gives two requests one form.
// Start at call-identity.ts, then read fingerprint.ts. The key in a store is made of namespace, scope and fingerprint by `keyOf` in entry/row-codec.ts.

export { BoundedMap } from './bounded-map.ts';
export { type CallIdentity, identify, WHOLE_FORM } from './call-identity.ts';
export { digest, NotCanonicalError } from './canonical-rules.ts';
export { isDataInstance } from './data-instance.ts';
export { hasLongInteger, parseExactly } from './exact-json.ts';
export type { FieldDigests } from './field-digests.ts';
export {
  className,
  type FieldPath,
  type Fields,
  fieldAt,
  fieldPath,
  fieldsOf,
  isExactlyClass,
  isFields,
  isGiven,
  listOf,
  numberOf,
  readFieldPath,
  valueKind,
} from './fields.ts';
export { FORMAT_VERSION, fingerprint } from './fingerprint.ts';

/** Loads what only `explain` and a miss in `replay` mode need. */
export const loadFieldDigests = () => import('./field-digests.ts');
export { readSameAs, type SameAs } from './same-as.ts';
