// RoomSocket is the client's side of docs/protocol.md: it connects, resumes,
// answers beats and reconnects for ever, and hands the page plain events.

import { CLOSE, SUBPROTOCOL, parseFrame, parsePosition, socketUrl, withDefaults } from './protocol.js';

/** Times in ms. Beats come every 10 s, so 25 s of silence means it is dead. */
export const TIMES = { silent: 25_000, opening: 12_000, stale: 15_000, settled: 5_000, first: 500, most: 16_000, locked: 60_000 };

/**
 * @typedef {import('./protocol.js').Comment} Comment
 * @typedef {import('./protocol.js').Hello} Hello
 * @typedef {import('./protocol.js').Frame} Frame
 * @typedef {'connecting'|'open'|'waiting'|'stopped'} State
 *
 * @typedef {object} Handlers all optional
 * @property {(hello: Hello) => void} [hello] after it come the events; with resumed false, forget everything and start from hello.recent
 * @property {(comment: Comment, seq: number) => void} [comment]
 * @property {(comment: Comment) => void} [held]
 * @property {(comment: Comment) => void} [refused]
 * @property {(event: {ids?: string[], user?: string, by?: string}) => void} [remove]
 * @property {(event: Frame) => void} [clear]
 * @property {(fields: Record<string, any>) => void} [room] the changed settings
 * @property {(event: {id: string, comment?: Comment}) => void} [pin] an empty id: none is pinned
 * @property {(event: Frame) => void} [ban]
 * @property {(event: Frame) => void} [unban]
 * @property {(frame: Frame) => void} [events] after all events of a frame were handed over
 * @property {(ack: Frame) => void} [ack]
 * @property {(user: Frame) => void} [user] what changed of hello.user
 * @property {(stats: Frame) => void} [stats]
 * @property {(replay: Frame) => void} [replay]
 * @property {(beat: Frame) => void} [beat] already answered
 * @property {(error: Frame) => void} [error]
 * @property {(bye: Frame) => void} [bye]
 * @property {(state: State) => void} [state]
 *
 * @typedef {object} Env what the socket needs of the world; tests give their own
 * @property {new (url: string, protocols: string[]) => WebSocket} WebSocket
 * @property {{protocol: string, host: string}} location
 * @property {(fn: () => void, ms: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now ms, may jump while a device sleeps
 * @property {() => number} random in [0, 1)
 * @property {(wake: () => void, lost: () => void) => (() => void)} onWake calls wake when the network or the page comes back, lost when the device has no network or the page is left; returns how to stop that
 * @property {(fault: unknown) => void} report a handler's exception; it must not harm the connection
 */

/** @returns {Env} */
function browser() {
  return {
    WebSocket: globalThis.WebSocket,
    location: globalThis.location,
    setTimeout: (fn, ms) => globalThis.setTimeout(fn, ms),
    clearTimeout: (id) => globalThis.clearTimeout(id),
    now: () => Date.now(),
    random: () => Math.random(),
    onWake(wake, lost) {
      const visible = () => { if (!document.hidden) wake(); };
      window.addEventListener('online', wake);
      window.addEventListener('offline', lost);
      // A page that is left is kept as it is for a step back, and then nobody says
      // goodbye: it would be counted until the server misses its answers.
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

export class RoomSocket {
  #env; #room; #role; #key; #handlers; #answer;
  /** @type {State} */ #state = 'stopped';
  /** @type {WebSocket|null} */ #ws = null;
  /** @type {any} */ #timer = null;
  /** @type {(() => void)|null} */ #unwake = null;
  #token = '';
  #position = '';
  /** @type {'before'|'catching'|'live'} */ #phase = 'before';
  /** @type {Frame[]} */ #kept = [];
  #attempt = 0;
  #heard = 0;
  #since = 0;
  #notBefore = 0;
  #bye = '';
  #locked = false;

  /**
   * @param {{room: string, role: import('./protocol.js').Role, key?: string, handlers?: Handlers, answer?: () => Record<string, any>, env?: Partial<Env>}} options
   *   answer gives what the answer to a beat carries
   */
  constructor({ room, role, key = '', handlers = {}, answer = () => ({}), env = {} }) {
    this.#room = room;
    this.#role = role;
    this.#key = key;
    this.#handlers = handlers;
    this.#answer = answer;
    this.#env = /** @type {Env} */ ({ ...(env.WebSocket ? {} : browser()), ...env });
  }

  /** connecting · open (greeted by the server) · waiting (will try again) · stopped. */
  get state() { return this.#state; }

  /** How far the server has passed the log for this client; "" before the first hello. */
  get position() { return this.#position; }

  /** Connects, and from then on reconnects for ever. */
  connect() {
    if (this.#state === 'connecting' || this.#state === 'open') return;
    this.#unwake ??= this.#env.onWake(() => this.#wake(), () => this.#lost());
    this.#open();
  }

  /**
   * Sends a frame when the server can hear it.
   * @param {Record<string, any>} frame
   * @returns {boolean} false when not connected: keep what you wanted to say
   */
  send(frame) {
    if (this.#state !== 'open' || this.#ws?.readyState !== 1) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  /** Says goodbye and stops for good (until connect). */
  close() {
    this.#halt();
    this.#drop(CLOSE.done);
    this.#become('stopped');
  }

  #open() {
    this.#disarm();
    this.#drop();
    this.#phase = 'before';
    this.#kept = [];
    this.#bye = '';
    this.#locked = false;
    this.#since = this.#heard = this.#env.now();
    this.#become('connecting');
    const url = socketUrl(this.#env.location, this.#room, this.#role, this.#key, this.#position, this.#token);
    const ws = new this.#env.WebSocket(url, [SUBPROTOCOL]);
    this.#ws = ws;
    // A socket that was given up may still speak: only the present one counts.
    ws.onmessage = (event) => { if (this.#ws === ws) this.#hear(event.data); };
    ws.onclose = (event) => { if (this.#ws === ws) this.#closed(event.code); };
    this.#watch();
  }

  /** @param {unknown} data */
  #hear(data) {
    this.#heard = this.#env.now();
    const frame = parseFrame(data);
    if (!frame) return;
    switch (frame.type) {
      case 'hello': return this.#hello(/** @type {any} */ (frame));
      case 'beat':
        if (this.#ws?.readyState === 1) this.#ws.send(JSON.stringify({ type: 'beat', ...this.#answer() }));
        this.#ordered(frame);
        return this.#call('beat', frame);
      case 'events': return this.#ordered(frame);
      case 'bye':
        this.#bye = String(frame.code);
        this.#notBefore = this.#env.now() + (Number(frame.wait_ms) || 0);
        return this.#call('bye', frame);
      case 'ack': case 'user': case 'stats': case 'replay': case 'error': return this.#call(frame.type, frame);
    }
  }

  /** @param {Hello} hello */
  #hello(hello) {
    this.#position = hello.position;
    if (hello.user?.token) this.#token = hello.user.token;
    this.#phase = hello.resumed ? 'catching' : 'live';
    this.#become('open');
    this.#call('hello', { ...hello, resumed: Boolean(hello.resumed), recent: (hello.recent ?? []).map(withDefaults) });
    if (this.#phase === 'live') this.#replayKept();
  }

  /**
   * Frames that carry a position. Before hello they are kept; after a resume
   * the first `events` brings what was missed, and only then come the kept ones,
   * since their position would hide it.
   * @param {Frame} frame
   */
  #ordered(frame) {
    if (this.#phase === 'before' || (this.#phase === 'catching' && frame.type !== 'events')) {
      this.#kept.push(frame);
      return;
    }
    this.#apply(frame);
    if (this.#phase === 'catching') {
      this.#phase = 'live';
      this.#replayKept();
    }
  }

  #replayKept() {
    for (const frame of this.#kept.splice(0)) this.#apply(frame);
  }

  /** @param {Frame} frame */
  #apply(frame) {
    if (frame.type === 'events' && Array.isArray(frame.events)) {
      const passed = parsePosition(this.#position)?.seq ?? -1;
      for (const event of frame.events) this.#event(event, passed);
    }
    this.#advance(frame.position);
    if (frame.type === 'events') this.#call('events', frame);
  }

  /**
   * @param {Frame} event
   * @param {number} passed the position before this frame
   */
  #event(event, passed) {
    switch (event?.type) {
      case 'comment':
        if (event.seq > passed) this.#call('comment', withDefaults(event), event.seq);
        return;
      case 'held': case 'refused':
        if (event.seq > passed) this.#call(event.type, withDefaults(event));
        return;
      case 'remove': case 'clear': case 'room': case 'pin': case 'ban': case 'unban':
        return this.#call(event.type, /** @type {any} */ (event));
    }
  }

  /** @param {unknown} next moves the position forward, never back */
  #advance(next) {
    const to = parsePosition(next), from = parsePosition(this.#position);
    if (to && from && to.epoch === from.epoch && to.seq > from.seq) this.#position = String(next);
  }

  /** @param {number} code */
  #closed(code) {
    this.#ws = null;
    const now = this.#env.now();
    if (this.#state === 'open' && now - this.#since >= TIMES.settled) this.#attempt = 0;
    const forbidden = code === CLOSE.key || code === CLOSE.banned || ['revoked', 'banned', 'not_allowed'].includes(this.#bye);
    if (forbidden && this.#role !== 'overlay') {
      this.#halt();
      return this.#become('stopped');
    }
    this.#locked = forbidden;
    let wait = TIMES.locked;
    if (!forbidden) {
      const step = Math.min(TIMES.most, TIMES.first * 2 ** this.#attempt++);
      // The wide spread keeps a hall of phones from coming back all at once.
      wait = Math.max(step * (0.25 + this.#env.random()), this.#notBefore - now);
    }
    this.#arm(() => this.#open(), wait);
    this.#become('waiting');
  }

  /** The network or the page is back: try now instead of later. */
  #wake() {
    const now = this.#env.now();
    if (this.#state === 'waiting' && !this.#locked && now >= this.#notBefore) this.#open();
    else if (this.#state !== 'stopped' && this.#ws && now - this.#heard > TIMES.stale) this.#open();
  }

  /** The device has no network (better to know now than after a silence), or the page is left. */
  #lost() {
    if (!this.#ws) return;
    this.#drop();
    this.#closed(0);
  }

  /** Gives the socket up when nothing was heard for too long. */
  #watch() {
    const limit = this.#state === 'open' ? TIMES.silent : TIMES.opening;
    const left = this.#heard + limit - this.#env.now();
    if (left > 0) return this.#arm(() => this.#watch(), left);
    this.#drop();
    this.#closed(0);
  }

  /** @param {number} [code] lets the socket go without hearing of it again */
  #drop(code) {
    const ws = this.#ws;
    this.#ws = null;
    if (ws && ws.readyState < 2) ws.close(code);
  }

  #halt() {
    this.#disarm();
    this.#unwake?.();
    this.#unwake = null;
  }

  /** @param {() => void} fn @param {number} ms */
  #arm(fn, ms) {
    this.#disarm();
    this.#timer = this.#env.setTimeout(fn, ms);
  }

  #disarm() {
    if (this.#timer !== null) this.#env.clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** @param {State} state */
  #become(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#call('state', state);
  }

  /** @param {keyof Handlers} name @param {any[]} args */
  #call(name, ...args) {
    try {
      /** @type {any} */ (this.#handlers[name])?.(...args);
    } catch (fault) {
      this.#env.report(fault);
    }
  }
}
