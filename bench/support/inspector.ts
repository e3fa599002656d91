/** Calls one method of a Node process' inspector (Chrome DevTools Protocol) and waits for its answer. */
export async function callInspector(port: number, method: string): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await answer.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('the process has no inspector');
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise<void>((resolve, reject) => {
    socket.onopen = () => socket.send(JSON.stringify({ id: 1, method }));
    socket.onmessage = () => resolve();
    socket.onerror = () => reject(new Error(`the inspector did not answer ${method}`));
  });
  socket.close();
}
