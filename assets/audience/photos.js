// The photo wall on the phone: a button to choose a photo, its preview, the upload's progress,
// and the states of the own photos. It is loaded with the first wall.

import { call, roomPath } from '../shared/api.js';
import { byId, el, icon, said } from '../shared/dom.js';
import { format } from '../shared/i18n.js';
import { atMachine } from '../shared/machine.js';
import { nameToSend } from '../shared/protocol.js';
import { PhotoFault, shrunk, upload } from './photo-file.js';
import { place } from './place.js';

/** @typedef {import('../shared/items.js').Item} Item */
/** @typedef {{id: string, text: string, status: string, photo: {path: string, width: number, height: number}}} Own */
/** @typedef {{words: import('../shared/i18n.js').Words, makeRef: () => string, roomId: string}} Page */

/** The most characters of a photo's caption. */
const MOST = 80;

/** Adds the stylesheet, and waits for it. */
function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./photos.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

/** @type {ReturnType<typeof build>|null} */ let made = null;

/** The panel, which is created once. @param {Page} page */
export function make(page) {
  made ??= build(page);
  made.catch(() => { made = null; }); // no connection: the next event tries again
  return made;
}

/** @param {Page} page */
async function build({ words: page, makeRef, roomId }) {
  let lang = '';
  /** @type {Record<string, any>} */ let messages = {};
  const say = (/** @type {string} */ key, /** @type {Record<string, string|number>} */ params = {}) => format(messages[key], lang, params);
  const speak = async () => {
    const wanted = page.lang;
    const answer = await fetch(new URL(`../locales/photos.${wanted}.json`, import.meta.url));
    if (!answer.ok) throw new Error(`no words for ${wanted}: ${answer.status}`);
    messages = await answer.json();
    lang = wanted;
  };
  await Promise.all([loadStyles(), speak()]);
  /** @type {Item|undefined} */ let wall;
  /** @type {Own[]} */ let own = [];
  /** @type {{canvas: HTMLCanvasElement, blob: Blob, ref: string}|null} */ let chosen = null;
  let token = '', noteKey = '', sending = false;
  const file = el('input', { type: 'file', accept: 'image/*', class: 'sr', onchange: choose });
  const key = el('label', { class: 'photo-key' }, icon('image'), el('span', {}), file);
  const note = el('p', { class: 'photo-note', role: 'status', hidden: true });
  const text = el('input', { type: 'text', maxlength: MOST, autocomplete: 'off', dir: 'auto', enterkeyhint: 'send' });
  const go = el('button', { type: 'submit', class: 'photo-go' });
  const off = el('button', { type: 'button', class: 'photo-off', onclick: () => { chosen = null; write(); } });
  const bar = el('progress', { max: 1, value: 0, hidden: true });
  const look = el('div', { class: 'photo-look' });
  const form = el('form', { class: 'photo-form', hidden: true, onsubmit: send }, look, text, bar, el('div', { class: 'photo-acts' }, off, go));
  const list = el('ul', { class: 'photo-own', hidden: true });
  const root = el('section', { class: 'photos', hidden: true }, key, note, form, list);
  place(root, byId('composer'));
  page.onChange(() => void speak().then(write, () => {}));
  return {
    /** @param {Item|undefined} item the live wall @param {string} who the identity, if cookies are blocked */
    draw(item, who) {
      token = who;
      const other = item?.id !== wall?.id;
      if (!other && JSON.stringify(item?.spec) === JSON.stringify(wall?.spec)) return; // new counts
      wall = item;
      if (other) own = [];
      if (other && item) void load();
      write();
    },
    /** Held photos may have been decided; after a new connection everything is fetched. @param {boolean} [all] */
    heard: (all = false) => { if (wall && (all || own.some(({ status }) => status === 'held'))) void load(); },
    /** @param {{ids?: string[]}} event */
    remove({ ids = [] }) {
      if (!own.some(({ id }) => ids.includes(id))) return;
      own = own.filter(({ id }) => !ids.includes(id));
      write();
    },
  };

  /** Adds the identity if no cookie has it. @param {Parameters<typeof fetch>[0]} path @param {RequestInit} [init] */
  function fetcher(path, init) {
    const headers = new Headers(init?.headers);
    if (token) headers.set('X-Danmaku-Identity', token);
    return fetch(path, { ...init, headers });
  }

  async function load() {
    if (!wall) return;
    const of = wall.id;
    try {
      const { photos } = await call('GET', `${roomPath(roomId, 'items', of, 'photos')}?own=1`, undefined, fetcher);
      if (wall?.id === of) own = photos;
      if (noteKey === 'sent' && !own.some(({ status }) => status === 'held')) showNote(''); // each photo shows its own state
    } catch { return; } // no wall or no connection: the next event asks again
    write();
  }

  async function choose() {
    const one = file.files?.[0];
    file.value = '';
    if (!one) return;
    showNote('');
    try {
      chosen = { ...await shrunk(one), ref: makeRef() };
      text.value = '';
    } catch (fault) {
      showNote(fault instanceof PhotoFault ? fault.code : 'failed');
    }
    write();
  }

  /** @param {Event} event */
  async function send(event) {
    event.preventDefault();
    if (!chosen || !wall || sending) return;
    sending = true;
    bar.value = 0;
    showNote('');
    write();
    const query = new URLSearchParams({ ref: chosen.ref, text: text.value, name: nameToSend(/** @type {HTMLInputElement} */ (byId('name')).value) });
    const answer = await upload(`${roomPath(roomId, 'items', wall.id, 'photos')}?${query}`, chosen.blob, token, (share) => { bar.value = share; });
    sending = false;
    if (answer?.outcome === 'held' || answer?.outcome === 'shown') {
      chosen = null;
      showNote('sent');
      await load();
    } else showNote(answer?.reason || answer?.code || 'offline'); // the same photo can be sent again, and counts once
    write();
  }

  /** @param {Own} one */
  async function drop(one) {
    try {
      await call('DELETE', roomPath(roomId, 'comments', one.id), undefined, fetcher);
      own = own.filter(({ id }) => id !== one.id);
      showNote('deleted');
    } catch {
      showNote('failed');
    }
    write();
  }

  /** @param {string} what a word; "" for nothing */
  function showNote(what) { noteKey = what; }

  function write() {
    const closed = !wall || Boolean(wall.spec.closed);
    root.hidden = !wall || (closed && own.length === 0);
    root.setAttribute('aria-label', say('wall', { title: wall?.spec.title ?? '' }));
    const full = own.filter(({ status }) => status !== 'refused').length >= (wall?.spec.each ?? 1);
    key.hidden = closed || Boolean(chosen);
    file.disabled = full;
    key.classList.toggle('off', full);
    /** @type {Element} */ (key.querySelector('span')).replaceChildren(full ? say('photo_yours', { n: wall?.spec.each ?? 1 }) : say('send_one'), ' · ', said(wall?.spec.title ?? ''));
    note.hidden = noteKey === '';
    note.textContent = noteKey ? (messages[noteKey] ? say(noteKey, { n: wall?.spec.each ?? 1 }) : say('failed')) : '';
    form.hidden = !chosen;
    if (chosen && look.firstChild !== chosen.canvas) look.replaceChildren(chosen.canvas);
    if (!chosen) look.replaceChildren();
    text.placeholder = say('say');
    text.setAttribute('aria-label', say('say'));
    off.textContent = say('cancel');
    off.disabled = sending;
    go.textContent = say(sending ? 'sending' : 'go');
    go.setAttribute('aria-disabled', String(sending));
    bar.hidden = !sending;
    bar.setAttribute('aria-label', say('sending'));
    list.hidden = own.length === 0 || Boolean(chosen);
    list.setAttribute('aria-label', say('yours'));
    const drawn = JSON.stringify([own, lang]);
    if (list.dataset.of === drawn) return;
    list.dataset.of = drawn;
    list.replaceChildren(...own.map((one) => el('li', { class: one.status },
      el('img', { src: atMachine(one.photo.path), alt: one.text === '📷' ? '' : one.text, width: 48, height: 48, onerror: (/** @type {Event} */ event) => /** @type {HTMLElement} */ (event.target).remove() }),
      el('span', {}, say(one.status)),
      one.status !== 'refused' && el('button', { type: 'button', 'aria-label': say('delete'), title: say('delete'), onclick: () => void drop(one) }, icon('x')))));
  }
}
