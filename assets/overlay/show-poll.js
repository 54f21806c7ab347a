// A poll in front: the question, a bar for each option, how to vote and how long.

import { clockText, pollRows, secondsLeft } from '../shared/items.js';
import { line, write } from './show-node.js';

/** From this many options on they are in two columns. */
const COLUMNS = 6;

/** @type {import('./show.js').Make} */
export function make(words) {
  const node = line('div', 'dm-poll');
  const question = line('bdi', 'dm-poll-question');
  const left = line('span', 'dm-poll-time');
  const list = line('div', 'dm-poll-options');
  const how = line('span', 'dm-poll-how');
  const people = line('span', 'dm-poll-people');
  node.append(line('div', 'dm-poll-head', question, left), list, line('div', 'dm-poll-foot', how, people));
  /** @type {ReturnType<typeof option>[]} */ let options = [];
  return {
    node,
    draw(item, now) {
      const rows = pollRows(item);
      const over = item.state === 'ended';
      node.classList.toggle('dm-poll-over', over);
      write(question, item.spec.question);
      if (options.length !== rows.length) {
        options = rows.map(option);
        list.replaceChildren(...options.map((o) => o.node));
        node.classList.toggle('dm-poll-columns', rows.length >= COLUMNS);
      }
      rows.forEach((row, i) => options[i].draw(row, over));
      write(left, !over && item.ends ? clockText(secondsLeft(item.ends, now)) : '');
      write(how, over ? words.over : item.spec.by_message ? words.type : words.phone);
      const voted = words.people.replace('{n}', (item.result?.people ?? 0).toLocaleString(words.lang));
      write(people, item.spec.hidden && !over ? `${words.hidden} · ${voted}` : voted);
    },
  };
}

function option() {
  const bar = line('span', 'dm-poll-bar');
  const key = line('span', 'dm-poll-key');
  const text = line('bdi', 'dm-poll-text');
  const percent = line('span', 'dm-poll-percent');
  const node = line('div', 'dm-poll-option', bar, key, text, percent);
  return {
    node,
    /** @param {import('../shared/items.js').PollRow} row @param {boolean} over */
    draw(row, over) {
      write(key, row.key);
      write(text, row.text);
      write(percent, row.votes === null ? '' : `${row.percent}%`);
      bar.style.transform = `scaleX(${row.share.toFixed(4)})`;
      node.classList.toggle('dm-poll-won', over && row.leads);
    },
  };
}
