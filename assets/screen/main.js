// The second screen for a projector. Colour and code are kept in the address, so
// that a reload or a bookmark brings them back; a picture stays on this machine.

import { byId } from '../shared/dom.js';

/** ms without a movement until the panel and the pointer go. */
const STILL = 4000;

const query = new URLSearchParams(location.search);
const overlay = /** @type {HTMLIFrameElement} */ (byId('overlay'));
const picture = /** @type {HTMLImageElement} */ (byId('picture'));
const color = /** @type {HTMLInputElement} */ (byId('color'));
const file = /** @type {HTMLInputElement} */ (byId('file'));
const code = /** @type {HTMLInputElement} */ (byId('code'));

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

/** The overlay takes its options from its own address. */
function reload() {
  const to = new URL(overlay.src);
  to.searchParams.set('qr', code.checked ? '1' : '0');
  overlay.src = to.href;
}

const asked = query.get('color') ?? '';
if (/^[0-9a-f]{6}$/i.test(asked)) color.value = `#${asked.toLowerCase()}`;
paint();
code.checked = query.get('qr') === '1';

color.addEventListener('input', () => { paint(); keep('color', color.value.slice(1)); });
file.addEventListener('change', () => show(file.files?.[0]));
byId('bare').addEventListener('click', () => { file.value = ''; show(undefined); });
code.addEventListener('change', () => { keep('qr', code.checked ? '1' : ''); reload(); });
byId('full').addEventListener('click', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
byId('panel').addEventListener('submit', (event) => event.preventDefault());
picture.addEventListener('error', () => { if (picture.src) show(undefined); }); // a file that is no picture

let timer = 0;
function stir() {
  document.documentElement.classList.remove('still');
  clearTimeout(timer);
  timer = setTimeout(() => document.documentElement.classList.add('still'), STILL);
}
for (const name of ['pointermove', 'pointerdown', 'keydown']) addEventListener(name, stir);
stir();
