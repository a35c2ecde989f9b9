/** Bytes of each of the two numbers of an ECDSA signature on P-256. */
const NUMBER_BYTES = 32;

/**
 * Converts an ECDSA signature on P-256 from DER, a SEQUENCE of two INTEGERs, to the form of JWS:
 * both numbers with 32 bytes each.
 * @throws Error for anything else
 * @see https://www.rfc-editor.org/rfc/rfc7518#section-3.4
 */
export function rawSignature(der: Uint8Array): Uint8Array {
  const [tag, length] = der;
  if (tag !== 0x30 || length !== der.length - 2) throw new Error('The signature is not DER.');
  const first = integerAt(der, 2);
  const second = integerAt(der, first.end);
  if (second.end !== der.length) throw new Error('The signature has more than two numbers.');
  const raw = new Uint8Array(2 * NUMBER_BYTES);
  raw.set(first.digits, NUMBER_BYTES - first.digits.length);
  raw.set(second.digits, 2 * NUMBER_BYTES - second.digits.length);
  return raw;
}

/** Reads an INTEGER, without the zeros that DER has or leaves out at its start. */
function integerAt(der: Uint8Array, start: number): { digits: Uint8Array; end: number } {
  const [tag, length = 0] = der.subarray(start, start + 2);
  const end = start + 2 + length;
  if (tag !== 0x02 || end > der.length) throw new Error('The signature is not DER.');
  let digits = der.subarray(start + 2, end);
  while (digits[0] === 0) digits = digits.subarray(1);
  if (digits.length > NUMBER_BYTES) throw new Error('The signature is not one on P-256.');
  return { digits, end };
}
