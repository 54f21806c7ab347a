// A draw on the phone: a button to take part, or the word to write; and afterwards the
// winners, and whether the person is one. It is loaded with the first draw.

import { byId, el, icon, said } from '../shared/dom.js';
import { codeOf, winnerOf } from '../shared/items.js';
import { insertText } from '../shared/insert.js';
import { format } from '../shared/i18n.js';
import { place } from './place.js';

/** @typedef {import('../shared/items.js').Item} Item */

/** ms for which the winners stay: a winner must see it. */
const STAYS = 600_000;

/** Refusals with their own words. */
const WORDED = ['not_live', 'slow_down', 'muted', 'banned', 'room_closed'];

/** Adds the stylesheet, and waits for it. */
function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./draw.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

/** @type {ReturnType<typeof build>|null} */ let made = null;

/**
 * The panel, which is created once.
 * @param {import('../shared/i18n.js').Words} page the words of the page, whose language holds
 * @param {import('./ballot.js').Ballot} ballot @param {() => void} redraw
 */
export function make(page, ballot, redraw) {
  made ??= build(page, ballot, redraw);
  made.catch(() => { made = null; }); // no connection: the next event tries again
  return made;
}

/** The draw that a phone shows: the live one, otherwise the newest result that stays. @param {import('../shared/items.js').Items} items @param {number} now @param {Set<string>} dismissed */
export function shownDraw(items, now, dismissed) {
  const draws = items.all.filter((item) => item.kind === 'draw' && !dismissed.has(item.id));
  return draws.find(({ state }) => state === 'live')
    ?? draws.sort((a, b) => (b.stopped ?? 0) - (a.stopped ?? 0)).find(({ state, stopped = 0 }) => state === 'ended' && now - stopped < STAYS);
}

/** @param {import('../shared/i18n.js').Words} page @param {import('./ballot.js').Ballot} ballot @param {() => void} redraw */
async function build(page, ballot, redraw) {
  let lang = '';
  /** @type {Record<string, any>} */ let messages = {};
  const say = (/** @type {string} */ key, /** @type {Record<string, string|number>} */ params = {}) => format(messages[key], lang, params);
  // Its own words, because few rooms have draws.
  const speak = async () => {
    const wanted = page.lang;
    const answer = await fetch(new URL(`../locales/draw.${wanted}.json`, import.meta.url));
    if (!answer.ok) throw new Error(`no words for ${wanted}: ${answer.status}`);
    messages = await answer.json();
    lang = wanted;
  };
  await Promise.all([loadStyles(), speak()]);
  const root = el('section', { class: 'draw', hidden: true });
  place(root, byId('composer'));
  let shown = '';
  let spent = ''; // why a tap was not sent
  /** @type {Set<string>} results that the person has put away */ const dismissed = new Set();
  const on = {
    choose: (/** @type {Item} */ item) => {
      spent = ballot.choose(item, '');
      redraw();
    },
    dismiss: (/** @type {Item} */ item) => {
      dismissed.add(item.id);
      redraw();
    },
  };
  return {
    /** @param {import('../shared/items.js').Items} items @param {number} time @param {string} me a pseudonym @param {any} ack the last answer to a choice */
    async draw(items, time, me, ack) {
      const item = shownDraw(items, time, dismissed);
      const mine = item ? ballot.of(item.id) : [];
      const waiting = item ? ballot.waiting(item.id) : [];
      const why = spent || (ack?.outcome === 'refused' && ack.item === item?.id ? ack.code : '');
      if (lang !== page.lang) await speak().catch(() => {}); // otherwise the previous language stays
      root.hidden = !item;
      if (!item) {
        shown = '';
        return root.replaceChildren();
      }
      const { spec, result = {} } = item;
      const over = item.state === 'ended';
      const joined = mine.length > 0;
      const now = JSON.stringify([item.id, item.state, result.winners, joined, waiting.length, result.people, why, lang]);
      if (now === shown) return;
      shown = now;
      const focused = root.contains(document.activeElement);
      /** @type {string[]} */ const winners = result.winners ?? [];
      const won = over && me !== '' && winners.includes(me);
      const others = winners.filter((person) => person !== me); // the line above has one's own code
      root.setAttribute('aria-label', say('draw'));
      root.classList.toggle('won', won);
      const close = over && el('button', { type: 'button', class: 'icon-button', 'aria-label': say('away'), title: say('away'), onclick: () => on.dismiss(item) }, icon('x'));
      const key = !over && spec.button && el('button', { type: 'button', class: `draw-key${joined ? ' joined' : ''}`, 'aria-pressed': String(joined), 'aria-disabled': String(waiting.length > 0), onclick: () => on.choose(item) }, joined && icon('check'), el('span', {}, say(joined ? 'joined' : 'join')));
      const word = !over && spec.word && el('button', { type: 'button', class: 'draw-key', onclick: () => insertText(/** @type {HTMLInputElement} */ (byId('text')), spec.word) }, el('span', {}, say('write', { word: spec.word })));
      const note = over ? winners.length > 0 ? '' : say('nobody') : why ? say(WORDED.includes(why) ? why : 'failed') : spec.button ? joined ? say('leave') : '' : spec.word ? '' : say('wrote');
      root.replaceChildren(
        el('div', { class: 'show-head' }, el('h2', {}, el('span', { class: 'draw-kind' }, say('draw')), ' ', said(spec.title)), key, close),
        ...[
          won && el('p', { class: 'draw-won', role: 'status' }, el('b', {}, say('won')), ' ', say('code', { code: codeOf(me) })),
          word,
          over && others.length > 0 && el('ul', { class: 'draw-list' }, ...others.map((person) => {
            const { name, code } = winnerOf(item, person);
            return el('li', {}, ...(name ? [said(name)] : []), el('span', {}, code));
          })),
          el('p', { class: 'show-foot' }, el('span', { class: 'show-note', role: 'status' }, note), el('span', {}, say('people', { n: result.people ?? 0 }))),
        ].filter((part) => part instanceof HTMLElement),
      );
      if (focused) root.querySelector('button')?.focus();
    },
  };
}
