// Which of the waiting comments get a lane in a tick, and in which order. Pure.

import { WAIT } from './standing.js';
import { moves } from './travel.js';

/** @typedef {import('./item.js').Item} Item */

/** What goes on after an absence is shown when it has at least this many ms left. */
export const MIN_LEFT = 1000;

/**
 * @typedef {object} Parts
 * @property {import('./layout.js').Layout} layout
 * @property {import('./actors.js').Actors} actors
 * @property {import('../shared/options.js').Options} options
 * @property {import('./clock.js').StageClock} clock
 * @property {(item: Item, lane: number) => void} launch lets a prepared item fly
 * @property {(comment: import('../shared/protocol.js').Comment) => void} shown runs for each comment that has just come
 */

/**
 * Lets items fly for which a lane is free.
 * @param {Item[]} waiting measured, in the order of their claim @param {Parts} parts
 */
export function place(waiting, parts) {
  const { layout, actors, options, clock, launch, shown } = parts;
  const { now } = clock;
  const { lanes } = layout;
  /** @type {Map<string, number>} the narrowest that found no lane, by kind: wider ones need not ask */
  const blocked = new Map();
  let covered = 0;
  for (const item of waiting) {
    if (item.h === 0) {
      actors.withdraw(item); // the streamer's styles do not display it
      continue;
    }
    if (actors.flying.size >= options.limit && item.rank === 0 && !layout.standingPlace(item)) continue;
    if (item.began < Infinity && rejoin(item, now, parts)) continue;
    layout.prepare(item, now);
    if (layout.standingPlace(item)) {
      stand(item, parts);
      continue;
    }
    const kind = `${item.mode}:${item.rows}`;
    if (item.w >= (blocked.get(kind) ?? Infinity)) continue;
    let lane = lanes.find(item, now);
    if (lane < 0 && options.overlap && covered++ < lanes.count) lane = lanes.least(item, now);
    if (lane < 0) {
      lanes.claim(item, now);
      blocked.set(kind, moves(item.mode) ? item.w : 0);
      continue;
    }
    launch(item, lane);
    if (item.live) shown(item.parts[0]);
  }
}

/**
 * Gives an item a place at the top or bottom, when there is one or the oldest can make way.
 * @param {Item} item @param {Parts} parts
 */
function stand(item, { layout: { standing }, actors, clock, launch, shown }) {
  const { now } = clock;
  const waited = item.maxWait - (item.late - clock.real);
  let lane = standing.find(item, now);
  if (lane < 0 && (waited >= WAIT || actors.waiting.crowded)) {
    for (const old of standing.displacedBy(item, now)) actors.drop(old, true);
    lane = standing.find(item, now);
  }
  if (lane < 0) return;
  launch(item, lane);
  if (item.live) shown(item.parts[0]);
}

/**
 * Lets an item go on from where it would be, had the stage been there all the
 * while. One that would not have set out yet comes in at the edge like the others.
 * @param {Item} item @param {number} now @param {Parts} parts @returns {boolean} whether that is settled
 */
function rejoin(item, now, { layout, actors, clock, launch }) {
  layout.prepare(item, item.began);
  const { lane, ready } = layout.standingPlace(item)
    ? { lane: layout.standing.find(item, now), ready: item.began }
    : layout.lanes.soonest(item, item.began);
  item.began = Infinity;
  item.late = clock.real + item.maxWait; // it waits like one that has just come
  if (lane < 0 || ready > now) return false;
  layout.prepare(item, ready);
  if (item.until < now + MIN_LEFT) actors.dropUnshown(item, 'late');
  else launch(item, lane);
  return true;
}
