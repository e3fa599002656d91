import { messageParts } from './messageParts.ts';

/** What somebody wrote: text and links, never markup. */
export function MessageText({ content, names }: { content: string; names: readonly string[] }) {
  return (
    <p class="message-text" dir="auto">
      {messageParts(content, names).map((part, index) => {
        if (part.is === 'link') {
          return (
            <a key={index} href={part.href} target="_blank" rel="noopener noreferrer nofollow">
              {part.text}
            </a>
          );
        }
        return part.is === 'mention' ? <mark key={index}>{part.text}</mark> : part.text;
      })}
    </p>
  );
}
