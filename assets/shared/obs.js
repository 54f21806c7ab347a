// The button that makes the server put the overlay into OBS, with the field for
// OBS's password and the words for the outcome.

import { call, roomPath } from './api.js';

/**
 * @typedef {object} Place
 * @property {HTMLElement} form asks for the password if OBS requires one
 * @property {HTMLInputElement} password
 * @property {(tone: 'good'|'bad'|'', text: string) => void} say
 * @property {(key: string, params?: Record<string, string|number>) => string} t of the welcome's words
 */

/**
 * Sends the request to the server, and shows OBS's answer.
 * @param {string} room
 * @param {Place} place
 * @param {{options: Record<string, string>, css: string}} [look] without one, OBS keeps its own
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
