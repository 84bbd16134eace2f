// How far it is: one bar drawn again and again on a terminal, a line every tenth elsewhere.
const WIDTH = 30;
const REDRAW_MS = 100;

export interface ProgressIo {
  readonly err: (text: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
}

export interface Progress {
  /** `share`: 0 to 1. */
  at(share: number, text: string): void;
  /** Ends the line. */
  end(text: string): void;
}

export function showProgress({ err, isTerminal, now }: ProgressIo): Progress {
  let drawnAt = -Infinity;
  let tenth = -1;
  const draw = (share: number, text: string): void => {
    const full = Math.round(share * WIDTH);
    const percent = String(Math.floor(share * 100)).padStart(3);
    // Back to the first column, and away with what was there.
    err(`\r[${'█'.repeat(full)}${'░'.repeat(WIDTH - full)}] ${percent} % · ${text}\u001b[K`);
  };
  return {
    at(share, text) {
      if (isTerminal) {
        if (now() - drawnAt < REDRAW_MS) return;
        drawnAt = now();
        draw(share, text);
      } else if (Math.floor(share * 10) > tenth) {
        tenth = Math.floor(share * 10);
        err(`${tenth * 10} % · ${text}\n`);
      }
    },
    end(text) {
      if (isTerminal) draw(1, text);
      err(isTerminal ? '\n' : `done · ${text}\n`);
    },
  };
}
