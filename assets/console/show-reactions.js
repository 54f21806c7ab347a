// Reactions on the page Show: the offered emoji, and their recent counts.

import { el, icon } from '../shared/dom.js';
import { graphemes } from '../shared/protocol.js';
import { toggle } from './page.js';

/** The reactions of a room that has chosen none. */
const USUAL = ['👏', '❤️', '😂', '😮', '🎉', '🔥'];

/** As in room/reactions.go. */
const MOST = 8;

/** ms that "now" covers. */
const NOW = 60_000;

/** The emoji of a text, with or without blanks between them. @param {string} text */
export const emojiOf = (text) => graphemes(text).map((part) => part.trim()).filter(Boolean);

/** @param {import('./store.js').Store} store @param {import('./acts.js').Acts} acts */
export function reactions(store, acts) {
  const { t, lang } = store.words;
  const kept = `danmaku-reactions-${store.roomId}`;
  const input = el('input', { class: 'plain-field reactions-field', autocomplete: 'off', maxlength: 400, 'aria-label': t('reactions_which') });
  const fault = el('p', { class: 'fault', role: 'alert', hidden: true });
  const on = toggle(t('reactions_on'), false, (wanted) => void save(wanted ? read() : []));
  const box = /** @type {HTMLInputElement} */ (on.querySelector('input'));
  const now = el('p', { class: 'soft reactions-now' });
  const file = el('a', { class: 'button line', href: `${store.path('reactions', 'export')}?format=csv&bom=1`, download: true }, icon('download'), el('span', {}, t('reactions_export')));
  input.addEventListener('input', () => { fault.hidden = true; });
  input.addEventListener('change', () => { if (box.checked) void save(read()); });
  /** @type {{at: number, sums: Record<string, number>}[]} */ let heard = [];
  const offs = [store.on('room', draw), store.on('reactions', (sums) => {
    heard.push({ at: performance.now(), sums });
    count();
  })];
  const beat = setInterval(count, 5000);
  draw();
  count();
  return {
    node: el('section', { class: 'show-reactions' }, el('h3', {}, t('set_reactions')), el('p', { class: 'help' }, t('reactions_help')), on, el('label', { class: 'field' }, el('span', {}, t('reactions_which')), input), fault, now, el('p', {}, file)),
    close() {
      clearInterval(beat);
      for (const off of offs) off();
    },
  };

  function read() {
    const list = [...new Set(emojiOf(input.value))];
    return list.length > 0 ? list : USUAL;
  }

  /** @param {string[]} list */
  async function save(list) {
    fault.hidden = list.length <= MOST;
    if (list.length > MOST) {
      fault.textContent = t('reactions_fault');
      return draw();
    }
    if (list.length === 0 && store.room.reactions?.length) remember(store.room.reactions);
    await acts.set({ reactions: list });
    draw();
  }

  function draw() {
    const list = store.room.reactions ?? [];
    box.checked = list.length > 0;
    if (document.activeElement !== input || box.checked) input.value = (list.length > 0 ? list : last()).join(' ');
  }

  function count() {
    heard = heard.filter(({ at }) => performance.now() - at < NOW);
    /** @type {Record<string, number>} */ const sum = {};
    for (const { sums } of heard) for (const [emoji, n] of Object.entries(sums)) sum[emoji] = (sum[emoji] ?? 0) + n;
    const text = Object.entries(sum).sort((a, b) => b[1] - a[1]).map(([emoji, n]) => `${emoji} ${n.toLocaleString(lang)}`).join('   ');
    now.textContent = text && t('reactions_now', { what: text });
    now.hidden = !text;
  }

  /** The reactions offered before they were switched off here. @returns {string[]} */
  function last() {
    try {
      const list = JSON.parse(localStorage.getItem(kept) ?? '[]');
      return Array.isArray(list) && list.length > 0 ? list.map(String).slice(0, MOST) : USUAL;
    } catch {
      return USUAL;
    }
  }

  /** @param {string[]} list */
  function remember(list) {
    try {
      localStorage.setItem(kept, JSON.stringify(list));
    } catch { /* storage is blocked: the usual ones next time */ }
  }
}
