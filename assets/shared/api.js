// The HTTP side of docs/dev/protocol.md.

import { limited } from './limited.js';
import { atMachine, machineTicket } from './machine.js';

/** A refusal by the server, or a server that cannot be reached (code offline). */
export class ApiError extends Error {
  /**
   * @param {number} status 0 if there was no answer
   * @param {string} code
   * @param {string} message
   * @param {number} waitMs
   * @param {string} by with code changed: the person who changed it meanwhile
   * @param {any} fault the fault in the request, for sentences in other languages
   */
  constructor(status, code, message, waitMs = 0, by = '', fault = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.waitMs = waitMs;
    this.by = by;
    this.fault = fault;
  }
}

// Long enough for the longest command of a cluster, and for long rules on the slowest line.
const ANSWER_MS = 60_000, CHARACTER_MS = 1;

/**
 * One call. Resolves to the JSON answer (null if there is none), rejects
 * with an ApiError.
 * @param {string} method
 * @param {string} path
 * @param {any} [body]
 * @param {typeof fetch} [fetcher]
 * @returns {Promise<any>}
 */
export async function call(method, path, body, fetcher = fetch) {
  /** @type {Record<string, string>} */
  const headers = { Accept: 'application/json', 'X-Requested-With': 'danmaku' };
  const ticket = machineTicket();
  if (ticket) headers['X-Danmaku-Identity'] = ticket;
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const json = body === undefined ? undefined : JSON.stringify(body);
  const { answer, data } = await limited(ANSWER_MS + (json?.length ?? 0) * CHARACTER_MS, async (signal) => {
    const answer = await fetcher(atMachine(path), { method, headers, credentials: 'same-origin', body: json, signal });
    return { answer, data: await jsonOf(answer) };
  }).catch((fault) => {
    throw new ApiError(0, 'offline', String(fault));
  });
  // Half an answer, or the page of a Wi-Fi's login, says nothing about what the server did.
  if (answer.ok && data === undefined) throw new ApiError(0, 'offline', 'the answer is not readable');
  if (answer.ok) return data;
  throw new ApiError(answer.status, data?.code ?? 'internal', data?.message ?? answer.statusText, data?.wait_ms ?? 0, data?.by ?? '', data?.fault ?? null);
}

/** @param {Response} answer @returns {Promise<any>} null: it is empty; undefined: it is not JSON, or not whole */
async function jsonOf(answer) {
  try {
    const text = await answer.text();
    return text === '' ? null : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The path of something in a room.
 * @param {string} room
 * @param {...string} parts
 */
export function roomPath(room, ...parts) {
  return ['/api/rooms', room, ...parts].map((part, i) => (i === 0 ? part : encodeURIComponent(part))).join('/');
}
