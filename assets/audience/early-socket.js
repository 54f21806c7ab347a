// Takes over the socket that early.js opened while the page was loading.

import { browserEnv } from '../shared/socket-env.js';

/** @typedef {{ws: WebSocket, frames: unknown[]}} Early the socket, and what it has heard so far */

/**
 * A WebSocket class whose first connection is the early one, if that is still open and has the
 * same address. It replays the frames that the early one received before any new ones.
 * @param {Early|undefined} early
 * @param {new (url: string, protocols: string[]) => WebSocket} [Real]
 * @returns {new (url: string, protocols: string[]) => WebSocket}
 */
export function takingOver(early, Real = WebSocket) {
  let taken = early;
  function Socket(/** @type {string} */ url, /** @type {string[]} */ protocols) {
    const first = taken;
    taken = undefined;
    if (!first || first.ws.readyState > 1 || first.ws.url !== url) {
      if (first) first.ws.close();
      return new Real(url, protocols);
    }
    queueMicrotask(() => {
      for (const data of first.frames) if (first.ws.onmessage) first.ws.onmessage(/** @type {any} */ ({ data }));
    });
    return first.ws;
  }
  return /** @type {any} */ (Socket);
}

/** The environment of a RoomSocket on the audience page. */
export const earlyEnv = () => ({ ...browserEnv(), WebSocket: takingOver(/** @type {any} */ (window).earlySocket) });
