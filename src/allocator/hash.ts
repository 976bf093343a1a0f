/** A hash that every node computes alike. */

/** FNV-1a, 64 bits: neighbouring texts land far apart. */
export function hash(text: string): bigint {
  let value = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) value = BigInt.asUintN(64, (value ^ BigInt(byte)) * 0x100000001b3n);
  return value ^ (value >> 32n);
}
