// What a RoomSocket gets: the handlers of its page, and the browser's functions,
// which tests replace.

import { SUBPROTOCOL } from './protocol.js';

/**
 * @typedef {import('./protocol.js').Comment} Comment
 * @typedef {import('./protocol.js').Hello} Hello
 * @typedef {import('./protocol.js').Frame} Frame
 * @typedef {'connecting'|'open'|'waiting'|'stopped'} State open: greeted by the server; waiting: will try again
 *
 * @typedef {object} Handlers all optional
 * @property {(origin: string, ticket: string) => void} [machine] before each hello: which machine greets, where it is another one than the page came from, and who this is there
 * @property {(hello: Hello) => void} [hello] the events follow; with resumed false, forget everything and start from hello.recent
 * @property {(comment: Comment, seq: number) => void} [comment]
 * @property {(comment: Comment) => void} [held]
 * @property {(comment: Comment) => void} [refused]
 * @property {(event: {ids?: string[], user?: string, by?: string, seq?: number, erased?: boolean}) => void} [remove]
 * @property {(event: Frame) => void} [clear]
 * @property {(fields: Record<string, any>) => void} [room] the changed settings, or what a frame says of the room besides
 * @property {(event: {id: string, comment?: Comment}) => void} [pin] an empty id: none is pinned
 * @property {(event: Frame) => void} [item] the whole state of something that is shown besides comments, see items.js
 * @property {(event: Frame) => void} [item_gone] it is not to be seen any more
 * @property {(event: Frame) => void} [question] what moderators have made of one
 * @property {(tally: Frame) => void} [tally] what has been counted since
 * @property {(frame: Frame) => void} [reactions] how often people reacted since
 * @property {(event: Frame) => void} [ban]
 * @property {(event: Frame) => void} [unban]
 * @property {(event: Frame) => void} [note] a note on a person was written, or put back
 * @property {(event: Frame) => void} [note_gone] it was deleted
 * @property {(event: Frame) => void} [note_read] the person has put the warning away
 * @property {(frame: Frame) => void} [events] after all events of a frame were handed over
 * @property {(ack: Frame) => void} [ack]
 * @property {(air: any) => void} [on_air] what the room's overlays do, for the audience
 * @property {(user: Frame) => void} [user] what changed of hello.user
 * @property {(stats: Frame) => void} [stats]
 * @property {(replay: Frame) => void} [replay]
 * @property {(frame: Frame) => void} [looking] which comment another console has open
 * @property {(beat: Frame) => void} [beat] already answered
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
 * @property {() => number} now ms, monotonic: measures silence and waits, so that setting the wall clock cuts no connection
 * @property {() => number} [wall] ms since 1970: shows that a device has slept, where `now` stands still meanwhile
 * @property {() => number} random in [0, 1)
 * @property {(wake: () => void, lost: () => void) => (() => void)} onWake calls wake when the network or the page comes back, lost when the device has no network or the page is left; returns how to stop that
 * @property {(fault: unknown) => void} report a handler's exception; it must not harm the connection
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
      // The browser keeps a page that is left for a step back, with its socket open:
      // it would be counted as connected until the server misses its answers.
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
