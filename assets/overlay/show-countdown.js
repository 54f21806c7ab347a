// A countdown in the corner: its subject and the remaining time. At 0 it shows the moderators'
// text.

import { clockText, secondsLeft } from '../shared/items.js';
import { line, write } from './show-node.js';

/** @type {import('./show.js').Make} */
export function make() {
  const title = line('bdi', 'dm-countdown-title');
  const clock = line('span', 'dm-countdown-clock');
  const done = line('bdi', 'dm-countdown-done');
  const node = line('div', 'dm-countdown', title, clock, done);
  return {
    node,
    draw({ state, spec, ends }, now) {
      const over = state === 'ended';
      write(title, over ? '' : spec.title ?? '');
      write(clock, over || !ends ? '' : clockText(secondsLeft(ends, now)));
      write(done, over ? spec.done ?? '' : '');
      node.classList.toggle('dm-countdown-over', over);
    },
  };
}
