import { types } from 'node:util';
import type { PrivacyOptions } from '../cache/privacy-options.ts';
import { LlmCacheError } from '../options/errors.ts';
import { kindOf } from '../options/kind-of.ts';
import { NO_SEAL, type Seal, type Seals } from './seal.ts';
import { SecretSeal } from './secret-seal.ts';

/** As many as the keys that are derived from it have. */
const LEAST_BYTES = 32;
const REMEDY = 'Write at least 32 random bytes, such as: openssl rand -base64 32';

/** Says where and what kind, and nothing of what was given. */
function refuse(option: string, what: string, remedy = REMEDY): never {
  throw new LlmCacheError('INVALID_OPTION', `${option} ${what}. ${remedy}`);
}

function sealOf(secret: unknown, option: string): Seal {
  if (typeof secret !== 'string' && !types.isUint8Array(secret)) {
    return refuse(option, `is ${kindOf(secret)}, and no text or bytes`);
  }
  const length = Buffer.byteLength(secret);
  if (length < LEAST_BYTES) refuse(option, `is ${length} bytes long`);
  return new SecretSeal(secret);
}

/**
 * How keys are named and rows are sealed, by the newest secret first.
 *
 * @throws {LlmCacheError} for what is no secret; what it is stands in no message.
 */
export function sealsOf({ secret, secrets }: PrivacyOptions): Seals {
  if (secret === undefined && secrets === undefined) return [NO_SEAL];
  if (secrets === undefined) return [sealOf(secret, 'secret')];
  if (secret !== undefined) {
    refuse('secret', 'and secrets are both set', 'Write secrets: [newest, older] alone.');
  }
  if (!Array.isArray(secrets)) return refuse('secrets', 'is no list', 'Write [newest, older].');
  const [newest, ...older] = secrets.map((each, index) => sealOf(each, `secrets[${index}]`));
  if (newest === undefined) return refuse('secrets', 'is empty', 'Write [newest, older].');
  const seals = [newest, ...older] as const;
  const isTwice = new Set(seals.map(({ id }) => id)).size < seals.length;
  if (isTwice) refuse('secrets', 'holds one secret twice', 'Write each once, the newest first.');
  return seals;
}
