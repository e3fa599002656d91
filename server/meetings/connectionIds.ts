/** Connections are known in the whole cluster; which node has one can be read off its id. */
export function connectionIdOf(node: string, socketId: string): string {
  return `${node}/${socketId}`;
}

/** Instance of the node that has the connection, and the socket's id there. */
export function partsOf(connectionId: string): { node: string; socketId: string } {
  const end = connectionId.indexOf('/');
  return { node: connectionId.slice(0, end), socketId: connectionId.slice(end + 1) };
}
