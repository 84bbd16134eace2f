// A line to a server that can be cut and mended: what was on it is lost, as when a network or a server goes.
import { createServer, connect, type Socket } from 'node:net';
import { once } from 'node:events';

export interface CutProxy {
  /** The server's URL, by way of this line. */
  readonly url: string;
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function openProxy(serverUrl: string): Promise<CutProxy> {
  const server = new URL(serverUrl);
  const open = new Set<Socket>();
  const proxy = createServer((near) => {
    const far = connect(Number(server.port === '' ? '5432' : server.port), server.hostname);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  let port = 0;
  const mend = async (): Promise<void> => {
    proxy.listen(port, '127.0.0.1');
    await once(proxy, 'listening');
    const address = proxy.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  };
  const cut = async (): Promise<void> => {
    if (!proxy.listening) return;
    const closed = once(proxy, 'close');
    proxy.close();
    for (const socket of open) socket.destroy();
    await closed;
  };
  await mend();
  const url = new URL(serverUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return { url: url.href, cut, mend };
}
