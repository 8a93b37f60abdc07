/* Data of the site's pages, in small files that hold many pages each: see `write_parts` of the
   extension. A file is fetched once, when one of its pages is first asked for. Browsers ask for
   `index.json` each time; it names the current version of each other file, so that no browser shows
   an old one that it kept. */
const CRC = 0xedb88320;

/* CRC-32 of the text in UTF-8, as zlib computes it. */
const crc = (text) => {
  let sum = -1;
  for (const byte of new TextEncoder().encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ CRC : sum >>> 1;
  }
  return ~sum >>> 0;
};

/* A function that returns what the files of a folder say of a page and of all pages, or null. */
const dataIn = (folder) => {
  const answers = new Map();
  const get = (name, cache) => {
    if (!answers.has(name)) {
      const answer = fetch(new URL(name, folder), { cache });
      answers.set(name, answer.then((found) => found.ok ? found.json() : {}).catch(() => ({})));
    }
    return answers.get(name);
  };
  return async (page) => {
    const all = await get("index.json", "no-cache");
    if (!all.versions?.length) return null;
    const number = crc(page) % all.versions.length;
    const part = await get(`${number}.json?v=${all.versions[number]}`, "default");
    return Object.hasOwn(part, page) ? [part[page], all] : null;
  };
};

/* The page at an address below the root of the site, as the files name it; "" for any other. */
const pageAt = (address, root) => {
  if (address.origin !== root.origin || !address.pathname.startsWith(root.pathname)) return "";
  try {
    return decodeURIComponent(address.pathname.slice(root.pathname.length));
  } catch {
    return "";
  }
};
