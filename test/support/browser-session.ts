/** A session that a page is to have. */
export interface PageOrder {
  /** Of the SockJS server, such as https://todos.example.com/sockjs. */
  url: string;
  /** sockjs-client's names; it takes the first that works. Empty: all that it has. */
  transports: readonly string[];
}

export interface PageReport {
  /** The transport that was taken. */
  transport: string | null;
  /** The node of each call. */
  nodes: string[];
  /** Why the session ended too early, or null. */
  lost: string | null;
}

interface SockJsSocket {
  readonly transport: string;
  onopen: () => void;
  onclose: (event: { code: number; reason: string }) => void;
  onmessage: (event: { data: string }) => void;
  send(text: string): void;
  close(): void;
}

type SockJsClass = new (
  url: string,
  protocols: undefined,
  options: { transports: readonly string[]; timeout: number },
) => SockJsSocket;

/**
 * One whole session of sockjs-client: open, DDP connect, calls in turn, messages that the server sends by itself, close.
 * Runs in the page, so it can use nothing from outside itself. Never rejects.
 */
export const sessionInPage = ({ url, transports }: PageOrder): Promise<PageReport> =>
  new Promise((resolve) => {
    const { SockJS } = globalThis as unknown as { SockJS: SockJsClass };
    const report: PageReport = { transport: null, nodes: [], lost: null };
    const socket = new SockJS(url, undefined, { transports, timeout: 10_000 }); // its own time-out is below a second
    const text = 'page: 100 % "ü" \u2028 \\ <script>'.repeat(500);
    const calls = [['whoami'], ['echo', text], ['stream', 3, 10], ['whoami']];
    let made = 0;
    let pushed = 0;

    const end = (lost: string | null) => {
      clearTimeout(timer);
      socket.onclose = () => {};
      socket.close();
      resolve({ ...report, lost });
    };
    const timer = setTimeout(() => end(`no answer to call ${made} within 20 s`), 20_000);
    const send = (message: object) => socket.send(JSON.stringify(message));
    const callNext = () => {
      const [method, ...params] = calls[made] ?? [];
      if (method === undefined) return end(pushed === 3 ? null : `${pushed} of 3 pushed messages came`);
      made += 1;
      send({ msg: 'method', id: String(made), method, params });
    };
    const answers = {
      connected: callNext,
      ping: () => send({ msg: 'pong' }),
      added: () => {
        pushed += 1;
      },
      result: ({ result }: { result: unknown }) => {
        const [method, expected] = calls[made - 1] ?? [];
        if (method === 'whoami') report.nodes.push((result as { node: string }).node);
        if (method === 'echo' && result !== expected)
          return end(`echo came back as ${JSON.stringify(result)}`);
        callNext();
      },
    };

    socket.onopen = () => {
      report.transport = socket.transport;
      send({ msg: 'connect', version: '1', support: ['1'] });
    };
    socket.onclose = ({ code, reason }) => end(`${code} ${reason}`);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      answers[message.msg as keyof typeof answers]?.(message);
    };
  });
