// The inputs of a RoomSocket: the handlers of its page, and the browser's functions,
// which tests replace.

import { SUBPROTOCOL } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Comment} Comment
 * @typedef {import('./protocol.js').Hello} Hello
 * @typedef {import('./protocol.js').Frame} Frame
 * @typedef {'connecting'|'open'|'waiting'|'stopped'} State open: greeted by the server; waiting: will retry
 *
 * @typedef {object} Handlers all optional
 * @property {(origin: string, ticket: string) => void} [machine] before each hello: the machine that greets, if it is not the page's own, and the person's ticket there
 * @property {(hello: Hello) => void} [hello] the events follow; if resumed is false, forget everything and start from hello.recent
 * @property {(comment: Comment, seq: number) => void} [comment]
 * @property {(comment: Comment) => void} [held]
 * @property {(comment: Comment) => void} [refused]
 * @property {(event: {ids?: string[], user?: string, by?: string, seq?: number, erased?: boolean}) => void} [remove]
 * @property {(event: Frame) => void} [clear]
 * @property {(fields: Record<string, any>) => void} [room] the changed settings, or other facts about the room
 * @property {(event: {id: string, comment?: Comment}) => void} [pin] an empty id means none
 * @property {(event: Frame) => void} [item] the whole state of an item shown besides comments, see items.js
 * @property {(event: Frame) => void} [item_gone] the item must disappear
 * @property {(event: Frame) => void} [question] what moderators decided about a question
 * @property {(tally: Frame) => void} [tally] the new counts
 * @property {(frame: Frame) => void} [reactions] new reactions, counted
 * @property {(event: Frame) => void} [ban]
 * @property {(event: Frame) => void} [unban]
 * @property {(event: Frame) => void} [note] a note on a person was written or restored
 * @property {(event: Frame) => void} [note_gone] a note was deleted
 * @property {(event: Frame) => void} [note_read] the person has dismissed the warning
 * @property {(frame: Frame) => void} [events] after all events of a frame were delivered
 * @property {(ack: Frame) => void} [ack]
 * @property {(air: any) => void} [on_air] the state of the room's overlays, for the audience
 * @property {(user: Frame) => void} [user] the changed fields of hello.user
 * @property {(stats: Frame) => void} [stats]
 * @property {(replay: Frame) => void} [replay]
 * @property {(frame: Frame) => void} [looking] which comment another console has open
 * @property {(beat: Frame) => void} [beat] a heartbeat, already answered
 * @property {(error: Frame) => void} [error]
 * @property {(bye: Frame) => void} [bye]
 * @property {(state: State) => void} [state]
 */

/**
 * @typedef {object} Env the browser's functions
 * @property {new (url: string, protocols: string[]) => WebSocket} WebSocket
 * @property {{protocol: string, host: string}} location
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now ms, monotonic: measures silence and waits, so that a change of the wall clock closes no connection
 * @property {() => number} [wall] ms since 1970: reveals that a device slept, if `now` stops meanwhile
 * @property {() => number} random in [0, 1)
 * @property {(wake: () => void, lost: () => void) => (() => void)} onWake calls wake when the network or the page comes back, lost when the device has no network or the person leaves the page; returns a function that stops both
 * @property {(fault: unknown) => void} report a handler's exception; it must not affect the connection
 */

/** @returns {Env} */
export function browserEnv() {
  return {
    WebSocket: globalThis.WebSocket,
    location: globalThis.location,
    setTimeout: (fn, ms) => globalThis.setTimeout(fn, ms),
    clearTimeout: (id) => globalThis.clearTimeout(id),
    now: () => performance.now(),
    wall: () => Date.now(),
    random: () => Math.random(),
    onWake(wake, lost) {
      const visible = () => { if (!document.hidden) wake(); };
      window.addEventListener('online', wake);
      window.addEventListener('offline', lost);
      // The browser may keep a page for a step back, with its socket open:
      // the page would count as connected until the server misses its answers.
      window.addEventListener('pagehide', lost);
      window.addEventListener('pageshow', visible);
      document.addEventListener('visibilitychange', visible);
      return () => {
        window.removeEventListener('online', wake);
        window.removeEventListener('offline', lost);
        window.removeEventListener('pagehide', lost);
        window.removeEventListener('pageshow', visible);
        document.removeEventListener('visibilitychange', visible);
      };
    },
    report: (fault) => (typeof reportError === 'function' ? reportError(fault) : console.error(fault)),
  };
}

/** A new socket; null where the page's policy refuses the address: a machine that came later. @param {Env} env @param {string} url */
export function openSocket(env, url) {
  try {
    return new env.WebSocket(url, [SUBPROTOCOL]);
  } catch {
    return null;
  }
}

/**
 * Loads what knows of other machines, once one has named them.
 * @param {import('./protocol.js').Role} role @param {Env} env @param {Hello} hello @param {(known: import('./addresses.js').Addresses) => void} done
 */
export function loadAddresses(role, env, hello, done) {
  import('../shared/addresses.js').then(({ Addresses }) => {
    const known = new Addresses(role, env);
    known.greeted(hello);
    done(known);
  }, () => {}); // the next hello tries again
}
