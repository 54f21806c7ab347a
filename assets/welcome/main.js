// The welcome: three steps to air, each ticked off when it has really happened.

import { ApiError, call, roomPath } from '../shared/api.js';
import { copyText } from '../shared/clipboard.js';
import { byId } from '../shared/dom.js';
import { Words } from '../shared/i18n.js';
import { wireMenus } from '../shared/menu.js';
import { RoomSocket } from '../shared/socket.js';
import { addToStudio } from '../shared/studio.js';
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

async function copy() {
  if (!await copyText(/** @type {HTMLInputElement} */ (byId('overlay')).value)) return;
  write('copy', t('copied'));
  setTimeout(() => write('copy', t('copy')), 2000);
}

/** Lets the server put the overlay into OBS. */
function addToOBS() {
  void addToStudio(room, { form: byId('secret'), password: byId('password'), say: (tone, text) => say('added', tone, text), t });
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
document.getElementById('add')?.addEventListener('click', addToOBS);
byId('secret').addEventListener('submit', (event) => { event.preventDefault(); addToOBS(); });
byId('test').addEventListener('submit', (event) => void send(event));
tick('step-obs', false);
socket.connect();
