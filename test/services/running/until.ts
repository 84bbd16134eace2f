// Waits for what must come; a test's own time limit ends a wait in vain.

const POLL_MS = 50;

export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((done) => setTimeout(done, POLL_MS));
}
