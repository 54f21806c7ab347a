// The button that lets the server put the overlay into OBS, with the field for
// OBS's password and the words for what came of it.

import { call, roomPath } from './api.js';

/**
 * @typedef {object} Place
 * @property {HTMLElement} form asks for the password, when OBS wants one
 * @property {HTMLInputElement} password
 * @property {(tone: 'good'|'bad'|'', text: string) => void} say
 * @property {(key: string, params?: Record<string, string|number>) => string} t of the welcome's words
 */

/**
 * Asks the server, and says what OBS answered.
 * @param {string} room
 * @param {Place} place
 * @param {{options: Record<string, string>, css: string}} [look] without one OBS keeps the one it has
 */
export async function addToObs(room, { form, password, say, t }, look) {
  say('', t('obs_adding'));
  try {
    const done = await call('POST', roomPath(room, 'obs'), { password: password.value, ...look });
    const good = done.outcome === 'added' || done.outcome === 'refreshed';
    const asks = done.outcome === 'password';
    form.hidden = !asks;
    if (asks) password.focus();
    else password.value = '';
    const said = !asks ? `obs_${done.outcome}` : password.value ? 'obs_wrong_password' : 'obs_wants_password';
    say(good ? 'good' : said === 'obs_wants_password' ? '' : 'bad', t(said, {
      at: done.at, version: done.version ?? '', width: String(done.width ?? ''), height: String(done.height ?? ''),
      fps: String(Math.round((done.fps ?? 0) * 100) / 100),
    }));
  } catch {
    say('bad', t('failed'));
  }
}
