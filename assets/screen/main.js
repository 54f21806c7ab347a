// The second screen for a projector. Colour and code are kept in the address, so
// that a reload or a bookmark brings them back; a picture stays on this machine.

import { byId } from '../shared/dom.js';
import { countLetters } from '../shared/letters.js';
import { defaultOf } from '../shared/options.js';
import { Cloud } from './cloud.js';

/** ms without a movement until the panel and the pointer go. */
const STILL = 4000;

/** px of a screen on which comments are as large as the overlay's defaults; larger in proportion. */
const HEIGHT = 1080;

/** Of the size, what a change of the window must come to until the overlay is loaded anew. */
const MATTERS = 0.1;

/** ms until a window that is being drawn larger has come to rest. */
const REST = 400;

const query = new URLSearchParams(location.search);
const overlay = /** @type {HTMLIFrameElement} */ (byId('overlay'));
const picture = /** @type {HTMLImageElement} */ (byId('picture'));
const color = /** @type {HTMLInputElement} */ (byId('color'));
const file = /** @type {HTMLInputElement} */ (byId('file'));
const code = /** @type {HTMLSelectElement} */ (byId('code'));
const words = /** @type {HTMLInputElement} */ (byId('words'));
const card = byId('card');
const cloud = new Cloud(byId('cloud'), overlay);

/** @param {string} name @param {string} value empty takes it out of the address */
function keep(name, value) {
  if (value) query.set(name, value);
  else query.delete(name);
  history.replaceState(null, '', `?${query}`);
}

function paint() {
  document.body.style.backgroundColor = color.value;
}

/** Shows the file, or nothing but the colour. @param {File|undefined} chosen */
function show(chosen) {
  if (picture.src) URL.revokeObjectURL(picture.src);
  picture.hidden = byId('bare').hidden = !chosen;
  if (chosen) picture.src = URL.createObjectURL(chosen);
  else picture.removeAttribute('src');
}

function showCode() {
  card.hidden = code.value === '';
  card.classList.toggle('large', code.value === 'large');
  makeWay();
}

/** What the overlay shows in front stands beside the code, see overlay/show.css. */
function makeWay() {
  overlay.contentDocument?.documentElement?.toggleAttribute('data-corner', code.value === 'corner');
}

/** Where comments fly beside the cloud of words. */
const ABOVE = { area: '0.3', region: 'top' };

/** The cloud takes the lower part; comments fly above it. What the address says of their part comes back after it. */
function showWords() {
  cloud.set(words.checked);
  const own = { area: query.get('area') ?? '1', region: query.get('region') ?? 'full' };
  /** @type {any} */ (overlay.contentWindow)?.danmaku?.config(words.checked ? ABOVE : own);
}

/** A venue reads what fills the screen, whatever its pixels; a size in the address wins. */
const sizes = !['size', 'fontSize'].some((name) => query.has(name));
const usual = defaultOf('size', query.get('theme') ?? '');
let size = 0;
function fit() {
  const wanted = Math.max(usual / 2, Math.round((innerHeight / HEIGHT) * usual));
  if (!sizes || Math.abs(wanted - size) <= size * MATTERS) return;
  size = wanted;
  const to = new URL(overlay.src);
  to.searchParams.set('size', String(size));
  if (to.href !== overlay.src) overlay.src = to.href;
}

const asked = query.get('color') ?? '';
if (/^[0-9a-f]{6}$/i.test(asked)) color.value = `#${asked.toLowerCase()}`;
paint();
code.value = query.get('code') ?? '';
if (code.selectedIndex < 0) code.value = '';
countLetters(byId('address'));
words.checked = query.get('words') === '1';
showCode();
showWords();
fit();
let resting = 0;
addEventListener('resize', () => { clearTimeout(resting); resting = setTimeout(fit, REST); });

color.addEventListener('input', () => { paint(); keep('color', color.value.slice(1)); });
file.addEventListener('change', () => show(file.files?.[0]));
byId('bare').addEventListener('click', () => { file.value = ''; show(undefined); });
overlay.addEventListener('load', () => { makeWay(); showWords(); });
words.addEventListener('change', () => { keep('words', words.checked ? '1' : ''); showWords(); });
code.addEventListener('change', () => { keep('code', code.value); showCode(); });
byId('full').addEventListener('click', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
byId('panel').addEventListener('submit', (event) => event.preventDefault());
picture.addEventListener('error', () => { if (picture.src) show(undefined); }); // a file that is not a picture

let timer = 0;
function stir() {
  document.documentElement.classList.remove('still');
  clearTimeout(timer);
  timer = setTimeout(() => document.documentElement.classList.add('still'), STILL);
}
for (const name of ['pointermove', 'pointerdown', 'keydown']) addEventListener(name, stir);
stir();
document.documentElement.dataset.started = ''; // see shared/first.js
