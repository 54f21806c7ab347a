// What the overlay's page has on window beside the browser's own.

interface Window {
  /** Hooks for tests and tools, see docs/overlay.md. */
  danmaku: unknown;
}
