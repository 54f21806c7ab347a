// The welcome: three steps to air, each ticked off when it has really happened.

import { ApiError, call, roomPath } from '../shared/api.js';
import { byId } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { toggleTheme } from '../shared/theme.js';

const room = document.documentElement.dataset.room ?? '';
const words = new Words('welcome');
const { t } = words;
const STEPS = ['step-obs', 'step-audience', 'step-test'];

/** Ticks a step, and marks the first that is left. @param {string} id @param {boolean} done */
function tick(id, done) {
  byId(id).classList.toggle('done', done);
  const next = STEPS.find((step) => !byId(step).classList.contains('done'));
  for (const step of STEPS) byId(step).classList.toggle('next', step === next);
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const box = byId(id).querySelector('span');
  if (box && box.textContent !== text) box.textContent = text;
}

/** @param {string} id @param {'good'|'bad'|''} tone @param {string} text */
function say(id, tone, text) {
  const box = byId(id);
  box.hidden = false;
  box.className = `said ${tone}`;
  box.textContent = text;
}

const socket = new RoomSocket({
  room, role: 'console',
  handlers: {
    state(state) {
      if (state !== 'waiting') return;
      tick('step-obs', false); // nobody knows now
      write('overlay-check', t('away'));
      write('phone-check', t('away'));
    },
    stats({ clients = {} }) {
      tick('step-obs', clients.overlay > 0);
      write('overlay-check', t(clients.overlay > 0 ? 'obs_connected' : 'obs_waits'));
      if (clients.audience > 0) tick('step-audience', true); // a phone may be put away again
      write('phone-check', clients.audience > 0 ? t('phones', { n: clients.audience }) : t('phone_waits'));
    },
  },
});

/** The clipboard is for https and this machine alone; the old way works elsewhere. */
async function copy() {
  const field = /** @type {HTMLInputElement} */ (byId('overlay'));
  try {
    await navigator.clipboard.writeText(field.value);
  } catch {
    field.focus();
    field.select();
    document.execCommand('copy');
  }
  write('copy', t('copied'));
  setTimeout(() => write('copy', t('copy')), 2000);
}

/** Lets the server put the overlay into the OBS on its machine. */
async function addToOBS() {
  const password = /** @type {HTMLInputElement} */ (byId('password'));
  say('added', '', t('obs_adding'));
  try {
    const done = await call('POST', roomPath(room, 'obs'), { password: password.value });
    const good = done.outcome === 'added' || done.outcome === 'refreshed';
    const asks = done.outcome === 'password';
    byId('secret').hidden = !asks;
    if (asks) password.focus();
    else password.value = '';
    const said = !asks ? `obs_${done.outcome}` : password.value ? 'obs_wrong_password' : 'obs_wants_password';
    say('added', good ? 'good' : 'bad', t(said, {
      at: done.at, version: done.version ?? '', width: String(done.width ?? ''), height: String(done.height ?? ''),
      fps: String(Math.round((done.fps ?? 0) * 100) / 100),
    }));
  } catch {
    say('added', 'bad', t('failed'));
  }
}

/** @param {Event} event */
async function send(event) {
  event.preventDefault();
  const text = /** @type {HTMLInputElement} */ (byId('text')).value;
  try {
    const { outcome } = await call('POST', roomPath(room, 'comments'), { text });
    tick('step-test', outcome === 'shown');
    say('sent', outcome === 'shown' ? 'good' : '', t(outcome === 'shown' ? 'test_shown' : 'test_held'));
  } catch (fault) {
    say('sent', 'bad', t(fault instanceof ApiError && fault.status === 422 ? 'test_refused' : 'failed'));
  }
}

/** The code and what is made of it lead to the chosen address. */
function choose() {
  const at = /** @type {HTMLInputElement|null} */ (document.querySelector('#ways :checked'))?.value;
  if (!at) return;
  const query = `?at=${encodeURIComponent(at)}`;
  byId('code').setAttribute('src', `${roomPath(room, 'qr.svg')}${query}`);
  byId('save').setAttribute('href', `${roomPath(room, 'qr.png')}${query}`);
  byId('poster').setAttribute('href', `/poster/${encodeURIComponent(room)}${query}`);
}

wireMenus(document);
byId('theme').addEventListener('click', () => toggleTheme());
byId('ways').addEventListener('change', choose);
await words.use(document.documentElement.lang, new URLSearchParams(location.search).has('lang'));
byId('copy').addEventListener('click', () => void copy());
document.getElementById('add')?.addEventListener('click', () => void addToOBS());
byId('secret').addEventListener('submit', (event) => { event.preventDefault(); void addToOBS(); });
byId('test').addEventListener('submit', (event) => void send(event));
tick('step-obs', false);
socket.connect();
