const TABLE = Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

function crc32(bytes: Uint8Array): Buffer {
  let value = 0xffffffff;
  for (const byte of bytes) value = (TABLE[(value ^ byte) & 255] ?? 0) ^ (value >>> 8);
  return unsigned(~value >>> 0);
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A header of type 7: a text. */
function header(name: string, value: string): Buffer {
  const length = Buffer.from([value.length >> 8, value.length & 255]);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([7]),
    length,
    Buffer.from(value),
  ]);
}

/** An event as AWS frames it: lengths, their checksum, headers, payload, checksum. */
export function frameOf(event: object): Buffer {
  const [[type, payload] = ['', {}]] = Object.entries(event);
  const kind = type.endsWith('Exception') ? 'exception' : 'event';
  const headers = Buffer.concat([
    header(`:${kind}-type`, type),
    header(':content-type', 'application/json'),
    header(':message-type', kind),
  ]);
  const body = Buffer.from(JSON.stringify(payload));
  const lengths = [unsigned(headers.length + body.length + 16), unsigned(headers.length)];
  const prelude = Buffer.concat(lengths);
  const frame = Buffer.concat([prelude, crc32(prelude), headers, body]);
  return Buffer.concat([frame, crc32(frame)]);
}

/** A piece of InvokeModel's stream. */
export function pieceOf(piece: object): object {
  return { chunk: { bytes: Buffer.from(JSON.stringify(piece)).toString('base64') } };
}
