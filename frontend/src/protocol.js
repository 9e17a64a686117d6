// The wire, as bytes: y-websocket's messages and those that only our server sends (100 stored, 101 state, 102 refusal). Pure.
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";

export const SYNC = 0;
export const PRESENCE = 1;
export const WHO_IS_HERE = 3;
export const STORED = 100;
export const STATE = 101;
export const REFUSAL = 102;

export const STEP_1 = 0;
export const STEP_2 = 1;
export const UPDATE = 2;

/** Why the server closed a socket. */
export const CLOSED = {
  malformed: 4400, signIn: 4401, withdrawn: 4403, unknown: 4404, ticket: 4408, epoch: 4409, tooLarge: 4413,
  refusedText: 4422, tooFast: 4429, crowded: 4451, reload: 4500, tooSlow: 4501,
};

export function sync(kind, content) {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, SYNC);
  encoding.writeVarUint(encoder, kind);
  encoding.writeVarUint8Array(encoder, content);
  return encoding.toUint8Array(encoder);
}

export function presence(content) {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, PRESENCE);
  encoding.writeVarUint8Array(encoder, content);
  return encoding.toUint8Array(encoder);
}

export const whoIsHere = () => Uint8Array.of(WHO_IS_HERE);

/** Whether an update says anything: neither words nor deletions make two zeros. */
export const isNothing = (update) => update.length === 2 && update[0] === 0 && update[1] === 0;

/** @returns {{kind: number, sync?: number, content?: Uint8Array, count?: number, at?: number, facts?: object}} kind -1: not known */
export function read(bytes) {
  const decoder = decoding.createDecoder(bytes);
  const kind = decoding.readVarUint(decoder);
  if (kind === SYNC) return { kind, sync: decoding.readVarUint(decoder), content: decoding.readVarUint8Array(decoder) };
  if (kind === PRESENCE) return { kind, content: decoding.readVarUint8Array(decoder) };
  if (kind === STORED) return { kind, count: decoding.readVarUint(decoder), at: decoding.readVarUint(decoder) };
  if (kind === STATE || kind === REFUSAL) return { kind, facts: JSON.parse(decoding.readVarString(decoder)) };
  return { kind: kind === WHO_IS_HERE ? kind : -1 };
}

/**
 * How long to wait before the next try: growing, and scattered, so that two hundred pages do not come back at once.
 *
 * @param {number} tries failed so far, from 1
 * @param {() => number} random from 0 to 1
 * @returns milliseconds, at most 30 seconds
 */
export const pause = (tries, random = Math.random) => Math.round(Math.min(30_000, 500 * 2 ** Math.min(tries, 7)) * (0.5 + random() / 2));
