import { runCommand } from '../command.ts';
import { runAdmin } from '../admin/runAdmin.ts';

await runCommand(({ args, stop }) =>
  runAdmin(args, {
    env: process.env,
    stop,
    print: (text) => console.log(text),
    complain: (text) => console.error(text),
  }),
);
