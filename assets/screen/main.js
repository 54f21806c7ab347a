// The second screen for a projector. The address keeps colour and code, so
// that a reload or a bookmark restores them; a picture stays on this machine.
// Until something is chosen, the screen shows the room's colour and picture.

import { byId } from '../shared/dom.js';
import { countLetters } from '../shared/letters.js';
import { setMachine } from '../shared/machine.js';
import { defaultOf } from '../shared/options.js';
import { Card } from './card.js';
import { Cloud } from './cloud.js';
import { Ground } from './ground.js';
import { Network } from './network.js';
import { Panel, frontsOf } from './panel.js';

/** px of a screen on which comments are as large as the overlay's defaults; larger ones in proportion. */
const HEIGHT = 1080;

/** The share of the size by which the window must change before the overlay reloads. */
const RELOAD_CHANGE = 0.1;

/** ms until a window that is being resized counts as settled. */
const REST = 400;

const query = new URLSearchParams(location.search);
const overlay = /** @type {HTMLIFrameElement} */ (byId('overlay'));
const color = /** @type {HTMLInputElement} */ (byId('color'));
const file = /** @type {HTMLInputElement} */ (byId('file'));
const code = /** @type {HTMLSelectElement} */ (byId('code'));
const words = /** @type {HTMLInputElement} */ (byId('words'));
const wide = /** @type {HTMLInputElement} */ (byId('wide'));
const distance = /** @type {HTMLInputElement} */ (byId('distance'));
const wifi = /** @type {HTMLInputElement} */ (byId('wifi'));
const main = byId('main');
const ground = new Ground({
  color, own: /** @type {HTMLImageElement} */ (byId('picture')), roomPicture: /** @type {HTMLImageElement} */ (byId('backdrop')),
  banner: /** @type {HTMLImageElement} */ (byId('banner')), card: byId('card'),
});
const card = new Card({ card: byId('card'), panel: byId('panel'), panelHeight: () => panel.height, out: byId('reach'), changed: clearOfCode });
const panel = new Panel(byId('panel'), overlay, byId('card'), () => card.fit());
/** Reacts when something in front appears, disappears or changes its size. */
const frontSizes = new ResizeObserver(() => { panel.place(); cloud.draw(); });
const network = new Network(showCode);
const cloud = new Cloud(byId('cloud'), overlay, () => frontsOf(overlay));
/** Whether the overlay shows something in front, which a large card would cover: the card moves to the corner meanwhile. */
let front = false;

/** @param {string} name @param {string} value empty removes it from the address */
function keep(name, value) {
  if (value) query.set(name, value);
  else query.delete(name);
  history.replaceState(null, '', `?${query}`);
}

function showCode() {
  for (const part of document.querySelectorAll('[data-of="code"]')) /** @type {HTMLElement} */ (part).hidden = code.value === '';
  const { part } = network;
  if (part) part.hidden = !wifi.checked;
  /** @type {HTMLElement} */ (wifi.parentElement).hidden ||= !part;
  card.set(code.value === 'large' && front ? 'corner' : code.value);
}

/** Metres in a field, or 0 (unknown) if its value is invalid. @param {HTMLInputElement} field */
const metres = (field) => (field.value !== '' && field.checkValidity() ? Number(field.value) : 0);
function showDistance() { card.setDistance(metres(distance), metres(wide)); }

/** No line flies behind the code: comments stay above it, and overlay items in front stand beside it or above, see overlay/show.css. */
function clearOfCode() {
  const root = overlay.contentDocument?.documentElement;
  const { above, start, beside } = card.place;
  const corner = card.mode === 'corner';
  document.body.classList.toggle('corner', corner);
  document.body.classList.toggle('beside', corner && beside);
  for (const [name, value] of Object.entries({ '--code-start': start, '--code-high': innerHeight - above })) {
    document.body.style.setProperty(name, `${value}px`);
    root?.style.setProperty(name, `${value}px`);
  }
  root?.toggleAttribute('data-corner', corner);
  root?.toggleAttribute('data-corner-above', corner && !beside);
  divide();
  panel.place();
}

/** Height of the overlay's bar, in pixels of a 1080p picture; see overlay/show.css. */
const BAR = 56;

/** The overlay reports what it shows: the card stands on the bar at the lower edge, and leaves the rest to items in front. */
const shows = new MutationObserver(readOverlay);
function readOverlay() {
  const root = overlay.contentDocument?.documentElement;
  const side = Math.min(innerWidth, innerHeight), dot = Math.max(Math.min(1, side / 400), side / HEIGHT);
  card.above(root?.hasAttribute('data-bar') ? Math.ceil(BAR * dot) : 0);
  const now = Boolean(root?.hasAttribute('data-front'));
  if (now === front) return;
  front = now;
  card.shareScreen(front);
  showCode();
}

/** The part of the screen in which comments fly beside the cloud of words. */
const ABOVE = 0.3;

/** Keeps comments out of the lower part, which the cloud or the code takes. The area in the address still applies. */
function divide() {
  const own = Number(query.get('area')) || 1;
  const left = Math.min(words.checked ? ABOVE : 1, card.mode === 'corner' ? card.place.above / innerHeight : 1);
  const part = left < 1 ? { area: String(Math.max(0.1, Math.min(own, left))), region: 'top' } : { area: query.get('area') ?? '1', region: query.get('region') ?? 'full' };
  /** @type {any} */ (overlay.contentWindow)?.danmaku?.config(part);
}

function showWords() {
  cloud.set(words.checked);
  divide();
}

/** In a venue, readability depends on the share of the screen, whatever its pixels; a size in the address wins. */
const sizes = !['size', 'fontSize'].some((name) => query.has(name));
const usual = defaultOf('size', query.get('theme') ?? '');
let size = 0;
function fit() {
  const wanted = Math.max(usual / 2, Math.round((innerHeight / HEIGHT) * usual));
  if (!sizes || Math.abs(wanted - size) <= size * RELOAD_CHANGE) return;
  size = wanted;
  const to = new URL(overlay.src);
  to.searchParams.set('size', String(size));
  if (to.href !== overlay.src) overlay.src = to.href;
}

const asked = query.get('color') ?? '';
ground.watch(() => { byId('bare').hidden = !ground.pictured; });
ground.paint(/^[0-9a-f]{6}$/i.test(asked) ? `#${asked.toLowerCase()}` : '');
ground.hideRoomPicture(query.get('picture') === 'none');
ground.setRoomLook(main.dataset);
code.value = query.get('code') ?? '';
if (code.selectedIndex < 0) code.value = '';
wifi.checked = query.get('wifi') !== '0';
wide.value = query.get('wide') ?? '';
distance.value = query.get('distance') ?? '';
countLetters(byId('address'));
words.checked = query.get('words') === '1';
showDistance();
showCode();
showWords();
fit();
let resting = 0;
addEventListener('resize', () => { readOverlay(); panel.place(); card.fit(); clearTimeout(resting); resting = setTimeout(fit, REST); });

color.addEventListener('input', () => { ground.paint(color.value); keep('color', color.value.slice(1)); });
file.addEventListener('change', () => ground.show(file.files?.[0]));
byId('bare').addEventListener('click', () => {
  const own = Boolean(file.files?.length);
  file.value = '';
  ground.show(undefined);
  if (own) return; // the room's picture returns; the next press removes it, too
  ground.hideRoomPicture(true);
  keep('picture', 'none');
});
overlay.addEventListener('load', () => {
  clearOfCode();
  showWords();
  shows.disconnect();
  frontSizes.disconnect();
  for (const node of overlay.contentDocument?.querySelectorAll('.dm-show-slot, .dm-questions') ?? []) frontSizes.observe(node);
  if (overlay.contentDocument) shows.observe(overlay.contentDocument.documentElement, { attributes: true, attributeFilter: ['data-bar', 'data-front'] });
  readOverlay();
});
overlay.addEventListener('danmaku-room', (event) => {
  const { look } = /** @type {CustomEvent} */ (event).detail;
  if (look) ground.setRoomLook(look);
});
overlay.addEventListener('danmaku-machine', (event) => setMachine(/** @type {CustomEvent} */ (event).detail));
words.addEventListener('change', () => { keep('words', words.checked ? '1' : ''); showWords(); });
code.addEventListener('change', () => { keep('code', code.value); showCode(); });
wifi.addEventListener('change', () => { keep('wifi', wifi.checked ? '' : '0'); showCode(); });
for (const field of [wide, distance]) field.addEventListener('input', () => { keep(field.id, metres(field) ? field.value : ''); showDistance(); });
byId('full').addEventListener('click', () => {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void document.documentElement.requestFullscreen();
});
byId('panel').addEventListener('submit', (event) => event.preventDefault());
panel.show();
document.documentElement.dataset.started = ''; // see shared/first.js
