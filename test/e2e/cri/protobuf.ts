/** As much of protobuf's wire format as the CRI's sandbox calls need. */

/** A field's content: a string or message, a number, or nothing to say. */
type Content = string | Buffer | number | undefined;

const LENGTH_DELIMITED = 2;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 127; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
}

/** A message with these fields, by their numbers. */
export function encode(fields: Readonly<Record<number, Content>>): Buffer {
  const parts = Object.entries(fields).flatMap(([key, content]) => {
    const number = Number(key) * 8;
    if (content === undefined) return [];
    if (typeof content === 'number') return [varint(number), varint(content)];
    const bytes = Buffer.from(content);
    return [varint(number + LENGTH_DELIMITED), varint(bytes.length), bytes];
  });
  return Buffer.concat(parts);
}

/** The content of the field with this number, which is a string or a message; empty when it is not there. */
export function field(message: Buffer, number: number): Buffer {
  let offset = 0;
  const readVarint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[offset++] ?? 0;
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (offset < message.length) {
    const key = readVarint();
    const isMessage = key % 8 === LENGTH_DELIMITED;
    const length = readVarint();
    if (!isMessage) continue;
    if (Math.floor(key / 8) === number) return message.subarray(offset, offset + length);
    offset += length;
  }
  return Buffer.alloc(0);
}
