// The room's own emotes on the page Show: add pictures, rename, delete. The record contains
// these acts and can undo them.

import { ApiError } from '../shared/api.js';
import { el, icon } from '../shared/dom.js';

/** @typedef {{name: string, picture: string, animated?: boolean}} Emote */

/** As in room/emotes.go and server/emote/draw.go. */
const MOST = 100;
const MOST_BYTES = 256 * 1024;

/** A name from a file name: characters that a name cannot contain become one _. @param {string} file */
export function nameFrom(file) {
  const name = file.replace(/\.[^.]*$/, '').normalize('NFC').toLowerCase().replace(/[^\p{L}\p{N}\p{M}_-]+/gu, '_').replace(/^_+|_+$/g, '');
  return Array.from(name).slice(0, 24).join('') || 'emote';
}

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function ownEmotes(store, acts) {
  const { words } = store;
  const { t } = words;
  const file = el('input', { type: 'file', class: 'sr', accept: 'image/png,image/webp,image/gif', multiple: true });
  const choose = el('label', { class: 'button line file' }, icon('plus'), el('span', {}, t('emotes_add')), file);
  const count = el('span', { class: 'soft' });
  const faults = el('ul', { class: 'fault-list', role: 'alert', hidden: true });
  const list = el('ul', { class: 'emote-list', 'aria-label': t('set_emotes') });
  /** @type {Emote[]} */ let all = [];
  let run = 0;
  let was = -1;
  file.addEventListener('change', () => void add([...file.files ?? []]));
  const off = store.on('room', () => { if (store.room.emotes || was > 0) void load(); });
  if (store.room.emotes) void load();
  draw();
  return {
    node: el('section', { class: 'show-emotes' }, el('h3', {}, t('set_emotes')), el('p', { class: 'help' }, t('emotes_help')), el('div', { class: 'with' }, choose, count), faults, list),
    close() {
      run++;
      off();
    },
  };

  async function load() {
    const mine = ++run;
    const got = await acts.call('GET', store.path('emotes'));
    if (got && mine === run) take(got);
  }

  /** @param {{emotes: Emote[]}} got */
  function take(got) {
    all = got.emotes;
    was = all.length;
    draw();
  }

  /** One after the other: each answer has the whole list. @param {File[]} files */
  async function add(files) {
    /** @type {string[]} */ const refused = [];
    file.disabled = true;
    for (const one of files) {
      const fault = one.size > MOST_BYTES ? { code: 'emote_bytes', n: MOST_BYTES / 1024 } : await send(one);
      if (fault) refused.push(t('emotes_file', { name: one.name, why: why(fault) }));
    }
    file.disabled = false;
    file.value = '';
    showFaults(refused);
  }

  /** @param {File} one @returns {Promise<any>} the fault; null: none */
  async function send(one) {
    try {
      const answer = await fetch(store.path('emotes', free(nameFrom(one.name))), { method: 'PUT', headers: { 'X-Requested-With': 'danmaku', 'Content-Type': 'application/octet-stream' }, body: one });
      const got = await answer.json();
      if (!answer.ok) return got.fault ?? got;
      run++; // an older list in flight is ignored
      take(got);
      return null;
    } catch {
      return { code: 'offline' };
    }
  }

  /** A name that no emote has: a duplicate gets another name. @param {string} name */
  function free(name) {
    const known = new Set(all.map((e) => e.name));
    for (let n = 2, next = name; ; n++) {
      if (!known.has(next)) return next;
      next = `${Array.from(name).slice(0, 21).join('')}_${n}`;
    }
  }

  /** @param {{code: string, word?: string, n?: number, message?: string}} fault */
  function why({ code, word = '', n = 0 }) {
    const key = words.has(`fault_${code}`) ? `fault_${code}` : 'fault_other';
    return t(key, { name: word, n });
  }

  /** @param {string[]} texts */
  function showFaults(texts) {
    faults.replaceChildren(...texts.map((text) => el('li', { class: 'doubt' }, icon('warn'), el('span', {}, text))));
    faults.hidden = texts.length === 0;
  }

  function draw() {
    count.textContent = all.length > 0 ? t('emotes_count', { n: all.length, most: MOST }) : '';
    // A name that is being edited stays.
    const at = /** @type {HTMLElement|null} */ (document.activeElement?.closest('.emote-row'))?.dataset.emote;
    const kept = [...list.children].find((row) => /** @type {HTMLElement} */ (row).dataset.emote === at);
    list.replaceChildren(...all.map((e) => (kept && e.name === at ? kept : row(e))));
    if (kept?.isConnected) /** @type {HTMLElement|null} */ (kept.querySelector('input'))?.focus();
    list.hidden = all.length === 0;
  }

  /** @param {Emote} emote */
  function row({ name, picture, animated }) {
    const input = el('input', { class: 'plain-field', value: name, maxlength: 48, autocomplete: 'off', autocapitalize: 'none', spellcheck: 'false', dir: 'auto', 'aria-label': t('emotes_name', { name }) });
    input.addEventListener('change', () => void change('PATCH', name, { name: input.value }, () => { input.value = name; }));
    return el('li', { class: 'emote-row', 'data-emote': name }, el('img', { src: picture, alt: '', width: 40, height: 40 }), el('span', { class: 'soft', 'aria-hidden': 'true' }, ':'), input, el('span', { class: 'soft', 'aria-hidden': 'true' }, ':'),
      animated && el('span', { class: 'chip' }, t('emotes_animated')),
      el('button', { type: 'button', class: 'icon-button danger', title: t('emotes_delete'), 'aria-label': t('emotes_delete_of', { name }), onclick: () => void change('DELETE', name, undefined, () => {}) }, icon('takedown')));
  }

  /** @param {string} method @param {string} name @param {any} body @param {() => void} back called if it was refused */
  async function change(method, name, body, back) {
    try {
      const got = await acts.ask(method, store.path('emotes', name), body);
      run++;
      showFaults([]);
      take(got);
      if (method === 'DELETE') store.notice({ text: t('emotes_deleted', { name }), glyph: 'takedown', undo: () => undo(name) });
    } catch (fault) {
      back();
      if (fault instanceof ApiError && fault.fault) showFaults([why(fault.fault)]);
      else acts.trouble(fault);
    }
  }

  /** Undoes the last deletion in the record. @param {string} name */
  async function undo(name) {
    const got = await acts.call('GET', `${store.path('audit')}?act=settings&limit=20`);
    const act = got?.acts.find((/** @type {any} */ a) => a.undo && a.before?.emotes?.includes(name) && !a.after?.emotes?.includes(name));
    if (act) await acts.call('POST', store.path('audit', String(act.id), 'undo'));
  }
}
