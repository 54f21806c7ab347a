// Data that survives a reload: the half-written text and unanswered comments as long as the
// tab lives, the name and the style permanently. If storage is blocked they are forgotten, and
// nothing else changes.

/** @typedef {import('./outbox.js').Item} Item */

/** @param {Storage|undefined} storage @param {string} key */
function read(storage, key) {
  try {
    return JSON.parse(storage?.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {Storage|undefined} storage @param {string} key @param {unknown} value */
function write(storage, key, value) {
  try {
    storage?.setItem(key, JSON.stringify(value));
  } catch { /* blocked or full */ }
}

/** @param {'localStorage'|'sessionStorage'} name even accessing it can throw */
function open(name) {
  try {
    return window[name];
  } catch {
    return undefined;
  }
}

export class Memory {
  #room;
  #session = open('sessionStorage');
  #lasting = open('localStorage');

  /** @param {string} room */
  constructor(room) { this.#room = room; }

  /** @returns {Item[]} */
  outbox() {
    const kept = read(this.#session, `danmaku-outbox-${this.#room}`);
    return Array.isArray(kept) ? kept.filter((i) => typeof i?.ref === 'string' && typeof i?.text === 'string') : [];
  }

  /** @param {readonly Item[]} items */
  keepOutbox(items) { write(this.#session, `danmaku-outbox-${this.#room}`, items); }

  text() { return String(read(this.#session, `danmaku-text-${this.#room}`) ?? ''); }

  /** @param {string} text */
  keepText(text) { write(this.#session, `danmaku-text-${this.#room}`, text); }

  /** @returns {Record<string, string>} */
  style() {
    const kept = read(this.#lasting, 'danmaku-style');
    const strings = Object.entries(kept && typeof kept === 'object' ? kept : {}).filter(([, v]) => typeof v === 'string');
    return /** @type {Record<string, string>} */ (Object.fromEntries(strings));
  }

  /** @param {{mode: string, color: string, size: string, name: string}} draft */
  keepStyle({ mode, color, size, name }) { write(this.#lasting, 'danmaku-style', { mode, color, size, name }); }
}
