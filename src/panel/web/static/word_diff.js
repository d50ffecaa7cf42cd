// What was changed from one sentence to another, word by word: the longest common run of words stays, the rest went or
// came. A sentence has some thirty words, so the plain table is fast enough at every key.

/** [{text, mark}] in reading order; mark "old" went, "new" came, "" stayed. */
export function changes(was, now) {
  const a = words(was).map((word) => `${word.trim()} `); // a space, so that what went never touches what came
  const b = words(now);
  const kept = table(a, b);
  const runs = [];
  const add = (text, mark) => {
    const last = runs.at(-1);
    if (last?.mark === mark) last.text += text;
    else runs.push({ text, mark });
  };
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i].trim() === b[j].trim()) {
      add(b[j], "");
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || kept[i + 1][j] >= kept[i][j + 1])) {
      add(a[i], "old");
      i += 1;
    } else {
      add(b[j], "new");
      j += 1;
    }
  }
  return runs;
}

const words = (text) => text.replace(/\s+/g, " ").trim().match(/\S+\s*/g) ?? [];

function table(a, b) {
  const kept = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      kept[i][j] = a[i].trim() === b[j].trim() ? kept[i + 1][j + 1] + 1 : Math.max(kept[i + 1][j], kept[i][j + 1]);
    }
  }
  return kept;
}
