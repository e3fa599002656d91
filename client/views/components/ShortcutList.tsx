import { useTexts } from '../context.ts';

/** Every key and what it does; `meeting/useShortcuts.ts` does it. */
export function ShortcutList() {
  const { shortcuts } = useTexts();
  const rows: [string, string][] = [
    ['M', shortcuts.microphone],
    [shortcuts.space, shortcuts.talk],
    ['V', shortcuts.camera],
    ['S', shortcuts.share],
    ['H', shortcuts.hand],
    ['A', shortcuts.answer],
    ['P', shortcuts.people],
    ['C', shortcuts.chat],
    ['G', shortcuts.layout],
    ['F', shortcuts.fullScreen],
    ['?', shortcuts.help],
  ];
  return (
    <dl class="shortcuts">
      {rows.map(([key, what]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{what}</dd>
        </div>
      ))}
    </dl>
  );
}
