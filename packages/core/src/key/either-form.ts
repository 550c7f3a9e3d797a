import type { CrossRules } from '../adapter/cross-rules.ts';
import { WHOLE } from '../response/entry-provenance.ts';
import {
  type CallIdentity,
  type Fields,
  fieldAt,
  fieldPath,
  normaliseRequest,
} from './call-identity.ts';

/** An identity whose key is the same whether the answer is wanted whole or as a stream. */
export function eitherForm(
  identity: CallIdentity,
  request: Fields,
  { ignore }: CrossRules,
): CallIdentity {
  const fields = ignore.map(fieldPath);
  // Streams that differ in what comes beside the answer, such as its usage, are of different forms.
  const asked = fields.map((path) => fieldAt(request, path) ?? null);
  return {
    ...identity,
    streamed: undefined,
    form: identity.streamed === true ? `stream ${JSON.stringify(asked)}` : WHOLE,
    request: normaliseRequest(request, { ignore: fields, temperature: [] }),
  };
}
