// Takes out of free text what could name a person: stream names, e-mail addresses, long numbers.
const EMAIL = /[^\s@<>"']+@[^\s@<>"']+/g;
const STREAM = /\bagent-\d+-\d+/g;
const LONG_NUMBER = /\d{5,}/g;

export const scrub = (text: string): string =>
  text.replace(EMAIL, '<e-mail>').replace(STREAM, 'agent-<ids>').replace(LONG_NUMBER, '<number>');
