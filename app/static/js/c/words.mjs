// The page's texts in both languages, and days and moments as the registry writes them.

const WEEKDAYS = { zh: ["日", "一", "二", "三", "四", "五", "六"], en: ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"] };
const KEPT = "language";

function remembered() {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

export class Words {
  constructor(all, language) {
    this.all = all;
    this.language = language;
  }

  /** The texts of the site in the language chosen here before, else the browser's, else Chinese. */
  static async load() {
    const all = await (await fetch("/c/words.json")).json();
    const wishes = [remembered(), ...navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()), "zh"];
    return new Words(all, wishes.find((wish) => wish in all));
  }

  choose(language) {
    this.language = language;
    try {
      localStorage.setItem(KEPT, language);
    } catch {
      // private windows remember nothing
    }
  }

  has(key) {
    return key in this.all[this.language];
  }

  /** A text with its {places} filled. */
  say(key, places = {}) {
    return this.all[this.language][key].replace(/\{(\w+)\}/g, (whole, name) => places[name] ?? whole);
  }

  /** A title pair [zh, en] in the language, the key where there is no title. */
  title(pair, key) {
    return (this.language === "en" ? pair?.[1] || pair?.[0] : pair?.[0]) || key;
  }

  /** 2026-05-01（周五） or 2026-05-01 (Fri), of days since 1970-01-01. */
  day(days) {
    const date = new Date(days * 86400000);
    const weekday = WEEKDAYS[this.language][date.getUTCDay()];
    const iso = date.toISOString().slice(0, 10);
    return this.language === "zh" ? `${iso}（周${weekday}）` : `${iso} (${weekday})`;
  }

  /** 2026-05-01 09:00 by the site's clock, of seconds since 1970. */
  moment(seconds, offset) {
    return new Date((seconds + 60 * offset) * 1000).toISOString().slice(0, 16).replace("T", " ");
  }

  list(texts) {
    return texts.join(this.language === "zh" ? "、" : ", ");
  }

  /** Put the language's texts where the document asks for them by data-word and data-word-label. */
  apply(root) {
    document.documentElement.lang = this.language === "zh" ? "zh-CN" : "en";
    for (const place of root.querySelectorAll("[data-word]")) place.textContent = this.say(place.dataset.word);
    for (const place of root.querySelectorAll("[data-word-label]")) place.setAttribute("aria-label", this.say(place.dataset.wordLabel));
    for (const place of root.querySelectorAll("[data-language]")) {
      place.setAttribute("aria-pressed", String(place.dataset.language === this.language));
    }
  }
}
