// Stands between the client and the server like the network: what goes wrong there happens to whole connections.
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

export interface TcpGate {
  readonly port: number;
  /** Breaks every connection at once, without a word to either side. */
  cut(): void;
  /** New connections are refused until `open`. */
  shut(): Promise<void>;
  /** Listens again on the same port. */
  open(targetPort: number): Promise<void>;
}

export async function openTcpGate(targetPort: number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let target = targetPort;
  let server = await listen(0);
  const { port } = server.address() as AddressInfo;

  function listen(onPort: number): Promise<Server> {
    const listening = createServer((near) => {
      const far = connect(target, '127.0.0.1');
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.setNoDelay(true);
        socket.on('error', () => socket.destroy());
        socket.on('close', () => {
          sockets.delete(socket);
          (socket === near ? far : near).destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    return new Promise((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(onPort, '127.0.0.1', () => resolve(listening));
    });
  }

  function cut(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    port,
    cut,
    shut: () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      cut();
      return closed;
    },
    open: async (newTarget) => {
      target = newTarget;
      server = await listen(port);
    },
  };
}
