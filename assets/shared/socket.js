// RoomSocket is the client side of docs/dev/protocol.md: it connects, resumes,
// answers heartbeats, reconnects until closed, and calls the page's handlers.

import { EventOrder } from './event-order.js';
import { CLOSE, parseFrame, socketUrl, withDefaults } from './protocol.js';
import { Backoff, Silence, TIMES } from './reconnect.js';
import { browserEnv, loadAddresses, openSocket } from './socket-env.js';

/** @typedef {import('./protocol.js').Hello} Hello */
/** @typedef {import('./socket-env.js').Handlers} Handlers */
/** @typedef {import('./socket-env.js').State} State */

export class RoomSocket {
  #env; #room; #role; #key; #handlers; #answer; #lines;
  #order = new EventOrder((name, ...args) => this.#call(name, ...args));
  /** @type {State} */ #state = 'stopped';
  /** @type {WebSocket|null} */ #ws = null;
  /** @type {any} */ #timer = null;
  /** @type {(() => void)|null} */ #stopWatchingWake = null;
  #token = '';
  #since = 0;
  /** @type {import('./addresses.js').Addresses|null} once there are others */ #addresses = null;
  #bye = '';
  #backoff; #silence;

  /**
   * @param {{room: string, role: import('./protocol.js').Role, key?: string, handlers?: Handlers, answer?: () => Record<string, any>, lines?: () => number, env?: Partial<import('./socket-env.js').Env>}} options
   *   answer returns the content of the answer to a heartbeat, lines how many comments a list begins with
   */
  constructor({ room, role, key = '', handlers = {}, answer = () => ({}), lines = () => 0, env = {} }) {
    this.#room = room;
    this.#role = role;
    this.#key = key;
    this.#handlers = handlers;
    this.#answer = answer;
    this.#lines = lines;
    this.#env = /** @type {import('./socket-env.js').Env} */ ({ ...(env.WebSocket ? {} : browserEnv()), ...env });
    this.#backoff = new Backoff(this.#env);
    this.#silence = new Silence(this.#env);
  }

  /** connecting · open (greeted by the server) · waiting (will retry) · stopped. */
  get state() { return this.#state; }

  /** How far the server has passed the log for this client; "" before the first hello. */
  get position() { return this.#order.position; }

  /** Connects, and reconnects until close. */
  connect() {
    if (this.#state === 'connecting' || this.#state === 'open') return;
    this.#stopWatchingWake ??= this.#env.onWake(() => this.#wake(), () => this.#lost());
    this.#open();
  }

  /**
   * Sends a frame if the socket is open.
   * @param {Record<string, any>} frame
   * @returns {boolean} false when not connected: the caller keeps the frame
   */
  send(frame) {
    if (this.#state !== 'open' || this.#ws?.readyState !== 1) return false;
    this.#ws.send(JSON.stringify(frame));
    return true;
  }

  /** Closes the connection and stops until connect is called. */
  close() {
    this.#stopTimers();
    this.#drop(CLOSE.done);
    this.#become('stopped');
  }

  #open() {
    this.#disarm();
    this.#drop();
    this.#order.restart();
    this.#bye = '';
    this.#backoff.begin();
    this.#since = this.#env.now();
    this.#silence.end();
    this.#become('connecting');
    const url = socketUrl(this.#addresses?.location ?? this.#env.location, this.#room, this.#role, this.#key, this.position, this.#token, this.#lines(), this.#addresses?.ticket);
    const ws = this.#ws = openSocket(this.#env, url);
    if (!ws) return this.#closed(0);
    // A dropped socket may still fire events: only the current one counts.
    ws.onmessage = (event) => { if (this.#ws === ws) this.#receive(event.data); };
    ws.onclose = (event) => { if (this.#ws === ws) this.#closed(event.code); };
    this.#watch();
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#silence.end();
    const frame = parseFrame(data);
    if (!frame) return;
    switch (frame.type) {
      case 'hello': return this.#hello(/** @type {any} */ (frame));
      case 'beat':
        if (this.#ws?.readyState === 1) this.#ws.send(JSON.stringify({ type: 'beat', ...this.#answer() }));
        this.#order.take(frame);
        return this.#call('beat', frame);
      case 'events': return this.#order.take(frame);
      case 'bye':
        this.#bye = String(frame.code);
        this.#backoff.notWithin(Number(frame.wait_ms) || 0);
        return this.#call('bye', frame);
      case 'ack': case 'room': case 'on_air': case 'user': case 'stats': case 'replay': case 'looking': case 'tally': case 'reactions': case 'error': return this.#call(frame.type, frame);
    }
  }

  /** @param {Hello} hello */
  #hello(hello) {
    if (hello.user?.token) this.#token = hello.user.token;
    this.#addresses?.greeted(hello);
    if (hello.addresses && !this.#addresses) loadAddresses(this.#role, this.#env, hello, (known) => { this.#addresses ??= known; });
    this.#order.greet(hello, () => {
      this.#become('open');
      if (this.#addresses) this.#call('machine', this.#addresses.elsewhere, this.#addresses.bearer);
      this.#call('hello', { ...hello, resumed: Boolean(hello.resumed), recent: (hello.recent ?? []).map(withDefaults) });
    });
  }

  /** @param {number} code */
  #closed(code) {
    this.#ws = null;
    const greeted = this.#state === 'open', lasted = this.#env.now() - this.#since;
    if (greeted) for (const one of [this.#backoff, this.#addresses]) one?.lasted(lasted);
    const forbidden = code === CLOSE.key || code === CLOSE.banned || ['revoked', 'banned', 'not_allowed'].includes(this.#bye);
    if (forbidden && this.#role !== 'overlay') {
      this.#stopTimers();
      return this.#become('stopped');
    }
    const moves = !forbidden && this.#addresses?.failed(greeted);
    this.#arm(() => this.#open(), moves ? 0 : this.#backoff.next(forbidden));
    this.#become('waiting');
  }

  /** The network or the page is back: retries now instead of later. */
  #wake() {
    if (this.#state === 'waiting' && this.#backoff.mayTryNow) this.#open();
    else if (this.#state !== 'stopped' && this.#ws && this.#silence.stale) this.#open();
  }

  /** The device has no network (better to know now than after a silence), or the person has left the page. */
  #lost() {
    if (!this.#ws) return;
    this.#drop();
    this.#closed(0);
  }

  /** Drops the socket after too long a silence. */
  #watch() {
    const limit = this.#state === 'open' ? TIMES.silent : Math.min(TIMES.opening, this.#addresses?.opening ?? Infinity);
    const left = this.#silence.left(limit);
    if (left > 0) return this.#arm(() => this.#watch(), left);
    this.#drop();
    this.#closed(0);
  }

  /** @param {number} [code] drops the socket and ignores its later events */
  #drop(code) {
    const ws = this.#ws;
    this.#ws = null;
    if (ws && ws.readyState < 2) ws.close(code);
  }

  #stopTimers() {
    this.#disarm();
    this.#stopWatchingWake?.();
    this.#stopWatchingWake = null;
  }

  /** @param {() => void} fn @param {number} ms */
  #arm(fn, ms) {
    this.#disarm();
    this.#timer = this.#env.setTimeout(fn, Math.ceil(ms)); // browsers drop fractions of a millisecond
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
