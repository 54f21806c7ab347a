// The rule lists of a room in the editor: the current one, unsaved text, and the names for new
// ones. Independent of the page.

/**
 * A list as typed here: `was` is its text at its `version`. `fresh`: it was never saved.
 * `agreed`: somebody confirmed that it applies to all rooms.
 * @typedef {{name: string, text: string, was: string, version: string, on: boolean, all: boolean, shipped?: boolean, fresh?: boolean, agreed?: boolean}} List
 */

/** The list for all rooms that comes with the program, until one with its name is saved. */
export const SHIPPED = 'starter';

/** Characters of a name. */
export const NAME_MOST = 40;

export class RuleLists {
  /** @type {List[]} */ all = [];
  /** @type {List|null} the one in the editor */ now = null;

  /** The lists with unsaved text. */
  get unsaved() { return this.all.filter((list) => list.text !== list.was); }

  /**
   * Sets the lists from the server. Unsaved text stays, with the version that it was typed
   * into.
   * @param {any[]} lists
   * @param {{owner: boolean, choose?: {name: string, all: boolean}|null, drop?: List|null}}
   * how choose: the one to show; drop: one whose text is discarded
   */
  take(lists, { owner, choose = this.now, drop = null }) {
    const drafts = this.unsaved.filter((list) => list !== drop);
    this.all = lists.map((list) => {
      const known = { ...list, was: list.text };
      const draft = drafts.find((other) => same(other, list));
      return draft ? Object.assign(draft, { on: list.on, shipped: list.shipped }) : known;
    });
    this.all.push(...drafts.filter((draft) => !this.all.includes(draft)));
    const mine = this.all.findIndex((list) => owner || !list.all);
    this.now = (choose && this.all.find((list) => same(list, choose))) ?? this.all[Math.max(0, mine)] ?? null;
    // A moderator without a list of the room has nothing else to type into.
    if (!this.now || (!owner && this.now.all && mine < 0)) this.now = this.create('room');
  }

  /** Creates an empty list and shows it. @param {string} [name] @returns {List} */
  create(name) {
    let n = 1;
    while (!name && this.all.some((list) => list.name === `list ${n}`)) n++;
    const list = { name: name ?? `list ${n}`, text: '', was: '', version: '', on: true, all: false, fresh: true };
    this.all.push(list);
    this.now = list;
    return list;
  }

  /** The fault of a new list's name: the key of a sentence, or "". @param {List} list */
  fault(list) {
    if (!list.fresh) return '';
    if (list.name.trim() === '') return 'rules_name_empty';
    return this.all.some((other) => other !== list && same(other, list)) ? 'rules_name_taken' : '';
  }

  /** The question to confirm before a list is saved: the key of a sentence, or "". @param {List} list */
  question(list) {
    if (!list.all || list.agreed) return '';
    return list.name === SHIPPED && list.shipped ? 'rules_shipped_text' : 'rules_all_text';
  }

  /** Whether a list replaces the shipped one, which can be restored. @param {List} list */
  restores(list) { return list.all && list.name === SHIPPED && !list.shipped && !list.fresh; }

  /** Whether a list can be deleted: the shipped one can only be switched off. @param {List} list */
  deletes(list) { return !(list.all && list.name === SHIPPED) && !list.fresh; }

  /** A list was saved. @param {List} list @param {string} text that was sent @param {string} version */
  saved(list, text, version) { Object.assign(list, { was: text, version, shipped: false, fresh: false }); }
}

/** @param {{name: string, all: boolean}} one @param {{name: string, all: boolean}} other */
const same = (one, other) => one.all === other.all && one.name.trim() === other.name.trim();
