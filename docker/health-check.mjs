// Whether the app in this container answers: exit 0 or 1. Arguments: the variable with its port, and the default.
// Says nothing about being ready: a projector that is catching up must not be restarted for it.
const [variable = '', fallback = ''] = process.argv.slice(2);
const { HOST = '' } = process.env;
const host = ['', '0.0.0.0', '::'].includes(HOST) ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST;
const port = process.env[variable] || fallback;
try {
  const reply = await fetch(`http://${host}:${port}/health/live`, { signal: AbortSignal.timeout(2_000) });
  process.exitCode = reply.ok ? 0 : 1;
} catch {
  process.exitCode = 1;
}
