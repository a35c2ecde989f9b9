import { isObject, parseJson, type Json } from '../../scim/json';
import { LANES } from './lanes';

/** A place in the event log. */
export interface EventCursor {
  readonly epoch: string;
  /** The position to continue after, by lane; a lane without one starts at its oldest event. */
  readonly positions: ReadonlyMap<number, number>;
}

/** Writes a cursor as text for clients. */
export function cursorText({ epoch, positions }: EventCursor): string {
  const value = { e: epoch, p: Object.fromEntries(positions) };
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** Reads a cursor. @returns undefined if the text is none */
export function readCursor(text: string): EventCursor | undefined {
  const value = jsonFrom(Buffer.from(text, 'base64url').toString('utf8'));
  if (!isObject(value) || typeof value['e'] !== 'string' || !isObject(value['p'])) return undefined;
  const positions = new Map<number, number>();
  for (const [name, position] of Object.entries(value['p'])) {
    const lane = Number(name);
    if (!Number.isInteger(lane) || lane < 0 || lane >= LANES) return undefined;
    if (typeof position !== 'number' || !Number.isSafeInteger(position) || position < 0) {
      return undefined;
    }
    positions.set(lane, position);
  }
  return { epoch: value['e'], positions };
}

function jsonFrom(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}
