// The row of reactions above the field: one tap sends one, and the emoji rises from its
// button. The menu can hide the row.

import { byId, el, icon } from '../shared/dom.js';
import { place } from './place.js';
import { Taps } from './taps.js';

const KEPT = 'danmaku-reactions';

/** The most emoji that rise on the phone at the same time. */
const MOST = 12;

const still = matchMedia('(prefers-reduced-motion: reduce)');

/** Adds the stylesheet, and waits for it: a row without it would jump. */
function loadStyles() {
  return new Promise((done, failed) => {
    document.head.append(el('link', { rel: 'stylesheet', href: new URL('./reactions.css', import.meta.url).href, onload: done, onerror: failed }));
  });
}

/** @param {import('./extras.js').Page} page */
export async function make({ words, send }) {
  await loadStyles();
  const { t } = words;
  const taps = new Taps((counts) => { send({ type: 'react', taps: counts }); });
  const row = el('section', { class: 'reactions', hidden: true });
  place(row, byId('composer'));
  const label = el('span');
  const off = el('button', { type: 'button', class: 'reactions-off', onclick: () => {
    away = !away;
    keep(away);
    draw();
  } }, icon('smile'), label);
  /** @type {HTMLElement} */ (byId('theme').parentElement).append(off);
  let away = kept();
  let offered = '';
  /** @type {import('./extras.js').Now|null} */ let now = null;
  words.onChange(draw);
  // A tap must not close the keyboard.
  row.addEventListener('mousedown', (event) => event.preventDefault());
  row.addEventListener('click', (event) => {
    const key = /** @type {HTMLElement|null} */ (/** @type {Element} */ (event.target).closest('button'));
    if (key && now?.online && taps.tap(key.textContent ?? '')) rise(key);
  });
  return {
    /** @param {import('./extras.js').Now} next */
    follow(next) {
      now = next;
      draw();
    },
  };

  function draw() {
    const list = now?.room.reactions ?? [];
    if (JSON.stringify(list) !== offered) {
      offered = JSON.stringify(list);
      row.replaceChildren(...list.map((/** @type {string} */ emoji) => el('button', { type: 'button' }, emoji)));
    }
    row.setAttribute('aria-label', t('reactions'));
    row.hidden = away || !now || now.shut || list.length === 0;
    row.classList.toggle('offline', !now?.online);
    for (const key of row.children) key.setAttribute('aria-disabled', String(!now?.online));
    off.hidden = list.length === 0;
    label.textContent = t(away ? 'reactions_show' : 'reactions_hide');
  }

  /** @param {HTMLElement} key */
  function rise(key) {
    if (still.matches || !key.animate || row.parentElement?.querySelectorAll('.reaction-rising').length === MOST) return;
    const from = key.getBoundingClientRect();
    const box = /** @type {HTMLElement} */ (row.parentElement).getBoundingClientRect();
    const one = el('span', { class: 'reaction-rising', 'aria-hidden': 'true' }, key.textContent);
    one.style.left = `${from.left - box.left + from.width / 2}px`;
    one.style.top = `${from.top - box.top}px`;
    row.before(one);
    const aside = Math.round(Math.random() * 48 - 24);
    one.animate([
      { transform: 'translate(-50%, 0) scale(.7)', opacity: 0 },
      { transform: `translate(calc(-50% + ${aside / 3}px), -40px) scale(1.1)`, opacity: 1, offset: 0.25 },
      { transform: `translate(calc(-50% + ${aside}px), -150px) scale(1)`, opacity: 0 },
    ], { duration: 1100, easing: 'cubic-bezier(.2, .4, .4, 1)' }).onfinish = () => one.remove();
  }
}

function kept() {
  try {
    return localStorage.getItem(KEPT) === 'off';
  } catch {
    return false; // storage is blocked
  }
}

/** @param {boolean} off */
function keep(off) {
  try {
    if (off) localStorage.setItem(KEPT, 'off');
    else localStorage.removeItem(KEPT);
  } catch { /* it holds until the page is left */ }
}
