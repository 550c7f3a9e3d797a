// One request becomes one key: its identity, the canonical form of that, and its SHA-256 digest.
// It never leaves out a field that nobody argued for, and never gives two requests one form.
// Start at call-identity.ts, then read fingerprint.ts.

export { BoundedMap } from './bounded-map.ts';
export { type CallIdentity, identify, WHOLE_FORM } from './call-identity.ts';
export { NotCanonicalError } from './canonical-rules.ts';
export { digest } from './digest.ts';
export { differingFields, type FieldDigests, fieldDigests } from './field-digests.ts';
export {
  className,
  type FieldPath,
  type Fields,
  fieldPath,
  fieldsOf,
  isExactlyClass,
  isFields,
  isGiven,
  listOf,
  numberOf,
  valueKind,
} from './fields.ts';
export { FORMAT_VERSION, fingerprint } from './fingerprint.ts';
