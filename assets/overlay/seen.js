// When the overlay draws: while browser and OBS show the page, and those who run the room
// do not hide it. Hidden it keeps count, so that it can go on at any moment.

export class Seen {
  #stage; #drawing;
  #obs = true; #hidden = false;

  /**
   * @param {{setHidden: (hidden: boolean) => void}} stage
   * @param {{see: (visible: boolean) => void}} drawing what tells the server
   */
  constructor(stage, drawing) {
    this.#stage = stage;
    this.#drawing = drawing;
    document.addEventListener('visibilitychange', () => this.#look());
    this.#look();
  }

  /** Whether OBS shows the source. @param {boolean} shown */
  obs(shown) {
    this.#obs = shown;
    this.#look();
  }

  /** Whether the room's moderators hide the overlay. @param {boolean} [now] nothing: as it is */
  hide(now = this.#hidden) {
    document.body.style.visibility = (this.#hidden = now) ? 'hidden' : '';
    this.#look();
  }

  #look() {
    const hidden = document.hidden || !this.#obs || this.#hidden;
    this.#stage.setHidden(hidden);
    this.#drawing.see(!hidden);
  }
}
