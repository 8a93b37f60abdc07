/* Wiki pages rank below all others (sphinx-scrapbox). */
;(() => {
  const spans = SPANS;
  // Names are quoted (by search/sphinx.js) for links that Sphinx makes of them.
  const plain = (name) => {
    try {
      return decodeURIComponent(name);
    } catch {
      return name;
    }
  };
  const isWiki = (quoted) => {
    const name = plain(quoted);
    let low = 0;
    let high = spans.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (spans[middle][1] < name) low = middle + 1;
      else high = middle;
    }
    return low < spans.length && spans[low][0] <= name;
  };
  if (typeof Scorer === "undefined")
    globalThis.Scorer = {
      objNameMatch: 11,
      objPartialMatch: 6,
      objPrio: { 0: 15, 1: 5, 2: -5 },
      objPrioDefault: 0,
      title: 15,
      partialTitle: 7,
      term: 5,
      partialTerm: 2,
    };
  const own = Scorer.score;
  Scorer.score = (result) => {
    const score = own ? own.call(Scorer, result) : result[4];
    return isWiki(result[0]) ? score - BELOW : score;
  };
})();
