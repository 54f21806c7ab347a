// The picker of the room's own emotes: a button beside the choices, and a grid of pictures
// above the field. A tap inserts the emote's name at the cursor. The list is fetched when it
// is first opened, and again after the room has changed it.

import { call, roomPath } from '../shared/api.js';
import { byId, el, icon } from '../shared/dom.js';
import { insertText } from '../shared/insert.js';
import { atMachine } from '../shared/machine.js';
import { place } from './place.js';

/** @typedef {{name: string, picture: string}} Emote */

/** Adds the stylesheet, and waits for it: a grid without it would jump. */
function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./emotes.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

/** @param {import('./extras.js').Page} page */
export async function make({ words, roomId }) {
  await loadStyles();
  const { t } = words;
  const text = /** @type {HTMLInputElement} */ (byId('text'));
  const grid = el('section', { class: 'emotes', id: 'emotes', hidden: true });
  const key = el('button', { type: 'button', class: 'icon-button', id: 'emotes-key', 'aria-expanded': 'false', 'aria-controls': 'emotes', hidden: true, onclick: () => void show(grid.hidden) }, icon('emote'));
  place(grid, byId('composer'));
  byId('phrase-key').before(key);
  /** @type {any} */ let room = null; // as it was when the list was fetched
  /** @type {import('./extras.js').Now|null} */ let now = null;
  words.onChange(draw);
  // A tap must not close the keyboard.
  grid.addEventListener('mousedown', (event) => event.preventDefault());
  grid.addEventListener('click', (event) => {
    const emote = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('button'))?.dataset.emote;
    if (emote) insertText(text, `${/\S$/.test(text.value) ? ' ' : ''}:${emote}: `);
  });
  for (const node of [grid, key]) node.addEventListener('keydown', (event) => { if (event.key === 'Escape') void show(false); });
  return {
    /** @param {import('./extras.js').Now} next */
    follow(next) {
      now = next;
      draw();
      if (!grid.hidden) void fill();
    },
  };

  function draw() {
    key.hidden = !now?.room.emotes || now.shut;
    if (key.hidden) void show(false);
    for (const node of [grid, key]) node.setAttribute('aria-label', t('emotes'));
  }

  /** @param {boolean} open */
  async function show(open) {
    if (open) await fill();
    grid.hidden = !open || key.hidden;
    key.setAttribute('aria-expanded', String(!grid.hidden));
  }

  /** Fetches the list if the room has changed it; the browser caches its pictures. */
  async function fill() {
    const asked = now?.room;
    if (!now?.online || asked === room) return;
    try {
      const secret = new URLSearchParams(location.search).get('key');
      const { emotes } = await call('GET', roomPath(roomId, 'emotes') + (secret ? `?${new URLSearchParams({ key: secret })}` : ''));
      room = asked;
      grid.replaceChildren(...emotes.map((/** @type {Emote} */ { name, picture }) => el('button', { type: 'button', 'data-emote': name, 'aria-label': name, title: `:${name}:` },
        el('img', { src: atMachine(picture), alt: '', loading: 'lazy', width: 32, height: 32 }))));
    } catch { /* what was there stays; the next opening tries again */ }
  }
}
