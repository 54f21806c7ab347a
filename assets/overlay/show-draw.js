// A draw in front: how to take part and how many do; then the winners. The hash of the seed is
// shown before, the seed after, so that anybody can repeat the draw.

import { winnerOf } from '../shared/items.js';
import { line, write } from './show-node.js';

/** The number of winners from which they are in two columns. */
const COLUMNS = 6;

/** ms between the appearance of two winners. */
const ONE_BY_ONE = 350;

/** @type {import('./show.js').Make} */
export function make(words) {
  const head = line('span', 'dm-draw-state');
  const title = line('bdi', 'dm-draw-title');
  const how = line('bdi', 'dm-draw-how');
  const people = line('span', 'dm-draw-people');
  const list = line('div', 'dm-draw-winners');
  const named = line('span', 'dm-draw-named'), value = line('span', 'dm-draw-value');
  const proof = line('div', 'dm-draw-proof', named, value);
  const node = line('div', 'dm-draw', head, title, how, list, people, proof);
  let drawn = '';
  return {
    node,
    draw(item) {
      const { spec, result = {} } = item;
      const over = item.state === 'ended';
      const winners = /** @type {string[]} */ (result.winners ?? []);
      write(head, over ? words.won : words.draw);
      write(title, spec.title);
      write(how, over ? '' : spec.button ? words.press : spec.word ? words.word.replace('{word}', spec.word) : words.wrote);
      write(people, over && winners.length === 0 ? words.nobody : words.joined.replace('{n}', (result.people ?? 0).toLocaleString(words.lang)));
      write(named, `${over ? words.seed : words.hash} `);
      write(value, (over ? result.seed : result.hash) ?? '');
      list.hidden = winners.length === 0;
      if (winners.join() === drawn) return;
      const known = drawn.split(',');
      drawn = winners.join();
      list.classList.toggle('dm-draw-columns', winners.length >= COLUMNS);
      let late = 0;
      list.replaceChildren(...winners.map((person) => {
        const { name, code } = winnerOf(item, person);
        const one = line('div', 'dm-draw-winner');
        const called = line('bdi', 'dm-draw-name');
        const number = line('span', 'dm-draw-code');
        write(called, name);
        write(number, code);
        one.append(called, number);
        // Winners who are already shown do not appear again.
        if (!known.includes(person)) one.style.animationDelay = `${late++ * ONE_BY_ONE}ms`;
        else one.style.animationName = 'none';
        return one;
      }));
    },
  };
}
