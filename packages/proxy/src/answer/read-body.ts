import type { IncomingMessage } from 'node:http';

/** Longer bodies are not read here: they pass through while they come. */
export const MOST_BYTES = 32 * 1024 * 1024;

/**
 * The body of a request. Undefined for one that is too long: what was read of it is put back, so that it passes through
 * from its first byte.
 *
 * @throws where the client leaves before its end
 */
export function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const leave = () => {
      request.off('data', take).off('end', end).off('close', reject_).off('error', reject);
    };
    const reject_ = () => reject(new Error('The client left within its request.'));
    const end = () => {
      leave();
      resolve(parts.length === 1 ? parts[0] : Buffer.concat(parts, length));
    };
    const take = (part: Buffer) => {
      parts.push(part);
      length += part.length;
      if (length <= MOST_BYTES) return;
      leave();
      request.pause();
      request.unshift(Buffer.concat(parts, length));
      resolve(undefined);
    };
    request.on('data', take).on('end', end).on('close', reject_).on('error', reject);
  });
}
