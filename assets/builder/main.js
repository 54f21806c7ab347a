// The builder: every option of the overlay, its effect, and the resulting address.

import { copyText } from '../shared/clipboard.js';
import { byId, el } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { wireMenus } from '../shared/menu.js';
import { DEFAULTS } from '../shared/options.js';
import { RoomSocket } from '../shared/socket.js';
import { onAir } from '../shared/on-air.js';
import { addToObs } from '../shared/obs.js';
import { toggleTheme } from '../shared/theme.js';
import { wireTips } from '../shared/tips.js';
import { keepTyped } from '../shared/typed.js';
import { control } from './controls.js';
import { readDraft, writeDraft } from './draft.js';
import { Editor } from './editor.js';
import { Exchange } from './exchange.js';
import { changedTexts, queryOf } from './link.js';
import { GROUPS, inWords } from './panel.js';
import { Preview } from './preview.js';
import { Backdrop } from './scenes.js';
import { Share } from './share.js';
import { CANVASES } from './presets.js';
import { PresetsPanel } from './presets-panel.js';
import { Style } from './style.js';

const { room = '', overlay = '' } = document.documentElement.dataset;
const words = new Words('builder');
const { t } = words;
document.documentElement.dataset.started = ''; // see shared/first.js
await words.use(document.documentElement.lang, new URLSearchParams(location.search).has('lang'));

const style = new Style(readDraft(room));
const preview = new Preview({ room, frame: byId('frame'), box: byId('stage'), area: byId('area') });
const backdrop = new Backdrop(byId('backdrop'));
const share = new Share({ base: overlay, style, t }, { link: byId('link'), list: byId('differences'), empty: byId('none'), count: byId('count') });
const presetsPanel = new PresetsPanel({ room, style, t, say }, { ours: byId('presets'), theirs: byId('kept'), form: byId('keep-form'), name: byId('keep-name'), keep: byId('keep') });
const exchange = new Exchange({ style, t, say }, { panel: byId('import'), field: byId('import-text'), file: byId('import-file'), faults: byId('import-faults'), cancel: byId('import-cancel') });
const editor = new Editor({ box: byId('editor'), faults: byId('css-faults'), names: byId('names') }, t, (css) => style.setCss(css));

const controls = Object.entries(GROUPS).map(([group, names]) => {
  const made = names.map((name) => control(name, { t, has: words.has, want: (change, about) => { style.set(change, about); drawControls(); } }));
  byId('groups').append(el('details', { class: 'group', open: group !== 'special', 'data-group': group },
    el('summary', {}, el('h3', {}, t(`group_${group}`))), ...made.map(({ node }) => node)));
  return made;
}).flat();

// The preview's feed never pauses by itself.
const peekButton = el('button', { type: 'button', class: 'button line', id: 'peek', onclick: () => preview.rest() }, t('peek'));
byId('groups').querySelector('[data-option="qr"]')?.append(peekButton);

function drawControls() {
  for (const one of controls) one.show(style.options);
  for (const group of document.querySelectorAll('[data-group]')) /** @type {HTMLElement} */ (group).hidden = !group.querySelector('.opt:not([hidden])');
}

let place = '';

/** Sets the preview to the format that a list is made for. @param {string} chosen */
function fit(chosen) {
  if (chosen === place) return;
  place = chosen;
  const canvas = /** @type {HTMLSelectElement} */ (byId('canvas'));
  canvas.value = CANVASES[chosen] ?? '1920x1080';
  canvas.dispatchEvent(new Event('change'));
}

function draw() {
  const { options, css } = style;
  drawControls();
  preview.show(options, css);
  fit(options.box && CANVASES[options.place] ? options.place : '');
  editor.show(css);
  share.show();
  presetsPanel.show();
  byId('area').firstElementChild?.replaceChildren(t('area_line', { value: inWords('area', options.area, t) }));
  byId('undo').setAttribute('aria-disabled', String(!style.canUndo));
  const query = queryOf(options);
  byId('to-screen').setAttribute('href', `/screen/${encodeURIComponent(room)}${query && `?${query}`}`);
  byId('to-loader').setAttribute('href', `/overlay-loader/${encodeURIComponent(room)}${query && `?${query}`}`);
  peekButton.hidden = options.qr !== 'idle';
  byId('css-step').hidden = byId('copy-css').hidden = css.trim() === '';
}

/** Shows what happened, with an undo if there is one.
 * @type {import('./presets-panel.js').Say} */
function say(text, undo, bad = false) {
  const box = byId('said');
  box.hidden = false;
  box.className = `said ${bad ? 'bad' : ''}`;
  box.replaceChildren(el('span', {}, text));
  if (undo) box.append(el('button', { type: 'button', class: 'as-text', onclick: () => { box.hidden = true; byId('undo').focus(); undo(); } }, t('undo')));
}

/** @param {HTMLElement} button @param {string} text @param {string} label */
async function copy(button, text, label) {
  const box = /** @type {HTMLElement} */ (button.querySelector('span'));
  box.textContent = t(await copyText(text) ? 'copied' : 'not_copied');
  setTimeout(() => { box.textContent = t(label); }, 2000);
}

/** Has the server add this look to OBS. The words are those of the welcome page, which has the
 * same button. */
async function add() {
  const said = new Words('welcome');
  await said.use(words.lang);
  const box = byId('added');
  await addToObs(room, {
    form: byId('secret'), password: byId('password'), t: said.t,
    say(tone, text) {
      box.hidden = false;
      box.className = `result ${tone}`;
      box.textContent = text;
    },
  }, { options: changedTexts(style.options), css: style.css });
}

function reset() {
  style.replace({ options: DEFAULTS, css: '' });
  say(t('reset_done'), () => style.undo());
}

let paused = false;
/** @param {boolean} on */
function pause(on) {
  paused = on;
  preview.pause(on);
  backdrop.pause(on);
  const button = byId('pause');
  button.setAttribute('aria-pressed', String(on));
}

wireMenus(document);
wireTips(document);
style.onChange(() => {
  byId('said').hidden = true; // its undo would now lead elsewhere
  draw();
  writeDraft(room, style);
});
byId('theme').addEventListener('click', () => toggleTheme());
byId('undo').addEventListener('click', () => style.undo());
byId('reset').addEventListener('click', reset);
byId('open-import').addEventListener('click', () => exchange.open());
byId('export').addEventListener('click', () => exchange.save(`danmaku-overlay-${room}.json`));
byId('copy').addEventListener('click', () => void copy(byId('copy'), share.address, 'copy_link'));
byId('copy-css').addEventListener('click', () => void copy(byId('copy-css'), style.css, 'copy_css'));
document.getElementById('add')?.addEventListener('click', () => void add());
document.getElementById('secret')?.addEventListener('submit', (event) => { event.preventDefault(); void add(); });
byId('pause').addEventListener('click', () => pause(!paused));
byId('scene').addEventListener('change', (event) => backdrop.show(/** @type {any} */ (event.target).value));
byId('canvas').addEventListener('change', (event) => {
  const [width, height] = /** @type {HTMLSelectElement} */ (event.target).value.split('x').map(Number);
  preview.size(width, height);
});
addEventListener('keydown', (event) => {
  const typing = /** @type {Element} */ (event.target).closest('textarea, input:not([type="range"], [type="checkbox"], [type="radio"])');
  if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey) || event.shiftKey || typing) return;
  event.preventDefault();
  style.undo();
});
// On a phone all groups but the first are closed, so that the preview stays visible.
if (matchMedia('(max-width: 599px)').matches) {
  for (const group of /** @type {NodeListOf<HTMLDetailsElement>} */ (document.querySelectorAll('.group:not(:first-child)'))) group.open = false;
}
draw();
keepTyped(window, { keep: ['keep-name', 'import-text'] });
void presetsPanel.load();

/** @param {'none'|'on'|'hidden'|'stuck'|'away'} state */
function showOverlayState(state) {
  const chip = byId('on-air');
  chip.hidden = false;
  chip.classList.toggle('off', state !== 'on' && state !== 'stuck');
  chip.classList.toggle('warn', state === 'stuck');
  /** @type {HTMLElement} */ (chip.querySelector('span')).textContent = t({ none: 'overlay_off', on: 'overlay_on', hidden: 'overlay_hidden', stuck: 'overlay_stuck', away: 'away' }[state]);
}

new RoomSocket({
  room, role: 'console',
  handlers: {
    state: (state) => { if (state === 'waiting') showOverlayState('away'); },
    stats: (stats) => showOverlayState(onAir(stats).state),
  },
}).connect();
