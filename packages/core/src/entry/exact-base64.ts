/**
 * The bytes of a base64 text, where it is the one text that they have: decoding passes over foreign
 * characters and unused bits, and a row that was changed in those would be taken for the one that was written.
 */
export function exactBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}
