import { payloadValue } from './payload-value.ts';

/** A payload as people read it. */
export function readablePayload(payload: string): string {
  const value = payloadValue(payload);
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}
