// Which of the waiting comments get a lane in a tick, and in which order. Pure.

import { WAIT } from './standing.js';
import { moves } from './travel.js';

/** @typedef {import('./item.js').Item} Item */

/** A comment that continues after an absence is shown if it has at least this many ms left. */
export const MIN_LEFT = 1000;

/**
 * @typedef {object} Parts
 * @property {import('./layout.js').Layout} layout
 * @property {import('./actors.js').Actors} actors
 * @property {import('../shared/options.js').Options} options
 * @property {import('./clock.js').StageClock} clock
 * @property {(item: Item, lane: number) => void} launch starts a prepared item
 * @property {(comment: import('../shared/protocol.js').Comment) => void} shown runs for each comment that has just come
 */

/**
 * Starts items that have a free lane.
 * @param {Item[]} waiting measured, in the order of their claim @param {Parts} parts
 */
export function place(waiting, parts) {
  const { layout, actors, options, clock, launch, shown } = parts;
  const { now } = clock;
  const { lanes } = layout;
  /** @type {Map<string, number>} the narrowest one without a lane, by kind: wider ones need not try */
  const blocked = new Map();
  let covered = 0;
  for (const item of waiting) {
    if (item.h === 0) {
      actors.withdraw(item); // the streamer's styles hide it
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
 * Places an item at the top or bottom, if there is room or the oldest can make room.
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
 * Continues an item at the position where it would be if the stage had been visible all the
 * time. One that would not have started yet enters at the edge like the others.
 * @param {Item} item @param {number} now @param {Parts} parts @returns {boolean} whether the item needs no other placement
 */
function rejoin(item, now, { layout, actors, clock, launch }) {
  layout.prepare(item, item.began);
  const { lane, ready } = layout.standingPlace(item)
    ? { lane: layout.standing.find(item, now), ready: item.began }
    : layout.lanes.soonest(item, item.began);
  item.began = Infinity;
  item.late = clock.real + item.maxWait; // it waits like a new one
  if (lane < 0 || ready > now) return false;
  layout.prepare(item, ready);
  if (item.until < now + MIN_LEFT) actors.dropUnshown(item, 'late');
  else launch(item, lane);
  return true;
}
