// What a reader of this page sees, asked of the browser that draws it. Runs in a world of its own: the page's scripts
// share its document, not its functions. Nothing here changes the page but `details`, which a reader opens by a click.
({
  // Down to the end once, so that what appears on the way has appeared; motion is brought to its end.
  async scroll() {
    for (const details of document.querySelectorAll("details")) {
      details.removeAttribute("name"); // of those with one name only one stays open
      details.open = true;
    }
    const root = document.documentElement;
    for (let step = 0; step < 40 && scrollY + innerHeight < root.scrollHeight - 1; step++) {
      scrollBy({ top: innerHeight * 0.8, behavior: "instant" });
      await new Promise((done) => setTimeout(done, 100));
    }
    for (const motion of document.getAnimations()) if (motion.effect?.getComputedTiming().endTime < Infinity) motion.finish();
  },

  top() {
    scrollTo({ top: 0, behavior: "instant" });
  },

  // HTML without styles and scripts. What is not seen is marked `hidden`: the largest element of which nothing is seen,
  // so that a button that opens it still stands beside it. null: too long.
  read() {
    const MOST_CHARS = 5_000_000, MOST_DEPTH = 300, SMALL_PX = 4, FAINT = 0.1, NEAR = 20, MOST_LOOKS = 200;
    const DROPPED = "style iframe object embed canvas svg select textarea video audio map frameset math";
    const dropped = new Set(DROPPED.split(" "));
    const empty = new Set("area base br col hr img input link meta source track wbr".split(" "));
    const answered = /^(style|hidden|aria-hidden|popover|srcset|on.*)$/; // by the browser, or of no use
    const plain = /^[a-z][a-z0-9_:.-]*$/i;
    const everywhere = { left: -1e9, top: -1e9, right: 1e9, bottom: 1e9 };
    const brush = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
    const colours = new Map();
    let left = MOST_CHARS, looks = MOST_LOOKS;

    const kept = (text) => {
      if ((left -= text.length) < 0) throw new RangeError("too long");
      return text;
    };
    const escaped = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
    const words = (text, isSeen) => ({ text: kept(escaped(text)), isSeen: text.trim() ? isSeen : undefined });
    const shared = (a, b) => ({
      left: Math.max(a.left, b.left), top: Math.max(a.top, b.top),
      right: Math.min(a.right, b.right), bottom: Math.min(a.bottom, b.bottom),
    });
    const colour = (css) => {
      if (!colours.has(css)) {
        brush.clearRect(0, 0, 1, 1);
        brush.fillStyle = css;
        brush.fillRect(0, 0, 1, 1);
        colours.set(css, [...brush.getImageData(0, 0, 1, 1).data]);
      }
      return colours.get(css);
    };
    const alike = (a, b) => [0, 1, 2].every((n) => Math.abs(a[n] - b[n]) <= NEAR);
    const opacity = (style) => Number(style.opacity) * (/opacity\(0?(\.0\d*)?%?\)/.test(style.filter) ? 0 : 1);

    // Letters in the colour of what their ancestors paint may stand on something else: is there anything else?
    const standsOnOther = (node, ink) => {
      if (looks-- <= 0) return false;
      const [x, y] = [scrollX, scrollY], range = document.createRange();
      node.parentElement.scrollIntoView({ block: "center", behavior: "instant" });
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      const stack = document.elementsFromPoint((box.left + box.right) / 2, (box.top + box.bottom) / 2);
      scrollTo({ left: x, top: y, behavior: "instant" });
      for (const element of stack) {
        const style = getComputedStyle(element), ground = colour(style.backgroundColor);
        if (/^(img|video|canvas|svg)$/.test(element.localName) || style.backgroundImage !== "none") return true;
        if (ground[3] > 127) return !alike(ink, ground);
      }
      return false;
    };

    // What an element hands down to the text inside it.
    const look = (element, above) => {
      const style = getComputedStyle(element), position = style.position;
      let clip = position === "absolute" ? above.placed : above.clip;
      if (position === "fixed") clip = { left: 0, top: 0, right: innerWidth, bottom: innerHeight };
      const isRoot = element === document.body || element === document.documentElement;
      const box = element.getBoundingClientRect();
      if (!isRoot && /hidden|clip/.test(style.overflowX)) clip = shared(clip, { ...everywhere, left: box.left, right: box.right });
      if (!isRoot && /hidden|clip/.test(style.overflowY)) clip = shared(clip, { ...everywhere, top: box.top, bottom: box.bottom });
      const cut = /inset\((50|100)%|(circle|ellipse)\(0/.test(style.clipPath) || /^rect\(([01](px)?,? ?){4}\)$/.test(style.clip);
      if (cut) clip = { left: 0, top: 0, right: 0, bottom: 0 };
      const paint = colour(style.backgroundColor);
      const lettersOnly = style.backgroundClip === "text" || style.webkitBackgroundClip === "text";
      let ground = above.ground;
      if (style.backgroundImage !== "none" && !lettersOnly) ground = null;
      else if (paint[3] > 127) ground = paint;
      return {
        clip, ground, placed: position === "static" ? above.placed : clip, opacity: above.opacity * opacity(style),
        ink: colour(style.webkitTextFillColor), painted: above.painted || lettersOnly,
        shown: style.display === "contents" ? above.shown : element.checkVisibility({ visibilityProperty: true }),
      };
    };

    const isSeen = (node, at) => {
      if (!at.shown || at.opacity < FAINT || (at.ink[3] < FAINT * 255 && !at.painted)) return false;
      const range = document.createRange();
      range.selectNodeContents(node);
      const isDrawn = [...range.getClientRects()].some((box) => {
        const seen = shared(at.clip, box);
        return box.height >= SMALL_PX && seen.right - seen.left > 1 && seen.bottom - seen.top > 1;
      });
      return isDrawn && (at.painted || !at.ground || !alike(at.ink, at.ground) || standsOnOther(node, at.ink));
    };

    const opening = (element, name) => {
      const attributes = [...element.attributes].filter((a) => plain.test(a.name) && !answered.test(a.name.toLowerCase()));
      const said = attributes.map((a) => ` ${a.name}="${escaped(a.name === "href" && element.href ? String(element.href) : a.value)}"`);
      return kept(`<${name}${said.join("")}`);
    };

    // {text, isSeen} or {open, kids, close, isSeen}; isSeen: undefined where there are no words.
    const walk = (node, above, depth) => {
      if (node.nodeType === Node.COMMENT_NODE) return { text: kept(`<!--${node.data.replace(/--|>/g, " ")}-->`) };
      if (node.nodeType === Node.TEXT_NODE) {
        return node.data.trim() ? words(node.data, Boolean(above) && isSeen(node, above)) : { text: kept(escaped(node.data)) };
      }
      if (node.nodeType !== Node.ELEMENT_NODE || dropped.has(node.localName)) return { text: "" };
      if (node.localName === "script") {
        const isData = node.type === "application/ld+json";
        return { text: isData ? kept(`<script type="application/ld+json">${node.text.replaceAll("<", "\\u003c")}</script>`) : "" };
      }
      if (node.localName === "noscript" || node.localName === "template") return words((node.content ?? node).textContent, false);
      if (depth > MOST_DEPTH) return words(node.textContent, false);
      if (node.localName === "link" && /stylesheet|preload|prefetch|icon/i.test(node.rel)) return { text: "" };
      if (node.localName === "meta" && (node.hasAttribute("charset") || node.httpEquiv)) return { text: "" };
      const name = plain.test(node.localName) && node.localName !== "slot" ? node.localName : "span";
      const at = above && look(node, above), isHead = name === "head", isPage = /^(html|body)$/.test(name);
      const assigned = node.localName === "slot" ? node.assignedNodes({ flatten: true }) : [];
      const inside = assigned.length ? assigned : (node.shadowRoot ?? node).childNodes;
      const isGone = at && !at.shown && getComputedStyle(node).display === "none";
      const made = { isHead, isPage, open: opening(node, name), kids: [], close: empty.has(name) ? "" : kept(`</${name}>`) };
      for (const child of inside) made.kids.push(walk(child, isGone || isHead ? null : at, depth + 1));
      const told = made.kids.map((kid) => kid.isSeen);
      made.isSeen = isHead ? undefined : told.includes(true) || (told.includes(false) ? false : undefined);
      return made;
    };

    const written = ({ text, open, kids, close, isHead, isPage, isSeen: seen }, isWithin) => {
      if (open === undefined) return seen === false && !isWithin ? `<span hidden>${text}</span>` : text;
      const isHidden = seen === false && !isWithin && !isPage; // of a page that shows nothing each part is
      return `${open}${isHidden ? " hidden" : ""}>${kids.map((kid) => written(kid, isWithin || isHidden || isHead)).join("")}${close}`;
    };

    const isCut = [document.documentElement, document.body].some((e) => e && /hidden|clip/.test(getComputedStyle(e).overflowX));
    const page = { left: -scrollX, top: -scrollY, right: (isCut ? innerWidth : 2500) - scrollX, bottom: 1e9 };
    const ground = [255, 255, 255, 255];
    try {
      const start = { clip: page, placed: page, ground, opacity: 1, painted: false, shown: true };
      return `<!doctype html>${written(walk(document.documentElement, start, 0), false)}`;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return null;
    }
  },
})
