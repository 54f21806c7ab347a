// Filters of the feed that a moderator has named. They are stored in this browser. Pure.

import { SOURCES } from './source.js';

/** The most presets. */
export const MOST_PRESETS = 12;

/** The most letters of a name. */
export const LONGEST_NAME = 30;

/** The most letters of the searched words. */
const LONGEST_QUERY = 200;

const KINDS = ['all', 'shown', 'stopped', 'held', 'refused', 'removed'];

/**
 * @typedef {import('./model.js').Kind} Kind
 * @typedef {{kind: Kind, query: string, source: string, calm: boolean}} Choice the stored part of a filter: not the person, who differs in each room
 * @typedef {Choice & {name: string}} Preset
 */

/** @param {{kind: Kind, query: string, source: string, calm?: boolean}} filter @returns {Choice} */
export const choiceOf = ({ kind, query, source, calm }) => ({ kind, query: query.trim(), source, calm: Boolean(calm) });

/** Whether a filter excludes nothing. @param {Choice} choice */
export const isPlain = ({ kind, query, source, calm }) => kind === 'all' && !query && !source && !calm;

/** @param {Choice} a @param {Choice} b */
export const isSame = (a, b) => a.kind === b.kind && a.query === b.query && a.source === b.source && a.calm === b.calm;

/** The stored presets that this version can read. @param {unknown} list @returns {Preset[]} */
export function readPresets(list) {
  if (!Array.isArray(list)) return [];
  return list.filter((one) => one && typeof one === 'object' && typeof one.name === 'string' && one.name.trim() !== ''
    && KINDS.includes(one.kind) && typeof one.query === 'string' && one.query.length <= LONGEST_QUERY
    && (one.source === '' || SOURCES.includes(one.source)))
    .map((one) => ({ name: one.name.trim().slice(0, LONGEST_NAME), ...choiceOf(one) })).slice(0, MOST_PRESETS);
}

/** Whether there is room for a preset of this name; it replaces one with the same name. @param {readonly Preset[]} list @param {string} name */
export const hasRoom = (list, name) => list.length < MOST_PRESETS || list.some((one) => one.name === name);

/** @param {readonly Preset[]} list @param {string} name @param {Choice} choice @returns {Preset[]} */
export function withPreset(list, name, choice) {
  const one = { name, ...choiceOf(choice) };
  const at = list.findIndex((other) => other.name === name);
  return at < 0 ? [...list, one].slice(0, MOST_PRESETS) : list.map((other, i) => (i === at ? one : other));
}
